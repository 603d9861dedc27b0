/** Objects of a cluster in memory behind the interface of an API client: versions, conflicts, patches, refusals. */

import type { ApiAnswer, ApiClient, ApiRequest } from '@weft/control-sources';

export interface FakeObject {
  metadata?: { name?: string; resourceVersion?: string; generation?: number; [field: string]: unknown };
  [field: string]: unknown;
}

export interface FakeCluster {
  readonly client: ApiClient;
  /** By path. */
  readonly objects: Map<string, FakeObject>;
  readonly requests: ApiRequest[];
  /** What is answered instead; nothing: as a healthy server would. */
  refuse(answer: (request: ApiRequest) => number | undefined): void;
}

const failed = (status: number): ApiAnswer => ({ ok: false, status, reason: '', message: `answer ${status}` });

export function createFakeCluster(): FakeCluster {
  const objects = new Map<string, FakeObject>();
  const requests: ApiRequest[] = [];
  let refusal: (request: ApiRequest) => number | undefined = () => undefined;
  let version = 0;

  const store = (path: string, object: FakeObject): ApiAnswer => {
    version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    objects.set(path, stored);
    return { ok: true, body: structuredClone(stored) };
  };

  const act = ({ method, path: written, body, contentType }: ApiRequest): ApiAnswer => {
    const path = written.replace(/\?.*/, '').replace(/\/status$/, '');
    const known = objects.get(path);
    const sent = structuredClone(body) as FakeObject;
    if (method === 'POST') {
      const own = `${path}/${sent.metadata?.name}`;
      return objects.has(own) ? failed(409) : store(own, sent);
    }
    if (method === 'PATCH' && contentType === 'application/apply-patch+yaml') return store(path, { ...known, ...sent });
    if (known === undefined) return failed(404);
    if (method === 'GET') return { ok: true, body: structuredClone(known) };
    if (Array.isArray(sent)) {
      const patched = structuredClone(known);
      for (const { path: pointer, value } of sent as { path: string; value: unknown }[]) setAt(patched, pointer, value);
      return store(path, patched);
    }
    const wanted = sent.metadata?.resourceVersion;
    if (wanted !== undefined && wanted !== known.metadata?.resourceVersion) return failed(409);
    return store(path, method === 'PUT' ? sent : { ...known, ...sent, metadata: { ...known.metadata } });
  };

  const client: ApiClient = {
    server: 'https://fake',
    close() {},
    async request(request) {
      requests.push(request);
      const status = refusal(request);
      return status === undefined ? act(request) : failed(status);
    },
    watch: () => new Promise(() => {}),
  };
  return {
    client,
    objects,
    requests,
    refuse(answer) {
      refusal = answer;
    },
  };
}

function setAt(target: object, pointer: string, value: unknown): void {
  const steps = pointer.split('/').slice(1);
  const last = steps.pop() ?? '';
  let holder = target as Record<string, unknown>;
  for (const step of steps) holder = holder[step] as Record<string, unknown>;
  holder[last] = value;
}
