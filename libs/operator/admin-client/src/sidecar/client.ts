/** Client of a sidecar's admin port (interfaces.md, section 4). */

import { type Call, callJson, callText, type Fetch } from '../request.ts';
import { decodeExplanation, decodeSeen } from './decode.ts';
import type { ExplainRequest, Explanation, SeenRequest } from './types.ts';

export interface SidecarAdminOptions {
  /** "127.0.0.1:15000". */
  readonly address: string;
  readonly fetch?: Fetch;
  readonly timeoutMs?: number;
}

/** Every call throws AdminError. */
export interface SidecarAdmin {
  ready(): Promise<boolean>;
  /** Envoy's form, with the endpoints. */
  configDump(): Promise<unknown>;
  /** Envoy's JSON form. */
  clusters(): Promise<unknown>;
  certs(): Promise<unknown>;
  explain(request: ExplainRequest): Promise<Explanation>;
  /** What passed of late with this x-request-id, oldest first. */
  requestsById(id: string): Promise<readonly SeenRequest[]>;
  /** JSON lines: a sample of what passed in the last seconds, `linesMax` at most. */
  recentRequests(sinceSeconds: number, linesMax: number): Promise<string>;
  setLogLevel(level: string): Promise<void>;
  drain(): Promise<void>;
  quit(): Promise<void>;
}

export function createSidecarAdmin(options: SidecarAdminOptions): SidecarAdmin {
  const fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const peer = `the sidecar's admin port ${options.address}`;
  const call = (method: Call['method'], path: string): Call => ({
    method,
    url: `http://${options.address}${path}`,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  const post = async (path: string): Promise<void> => {
    await callText(fetch, call('POST', path), peer);
  };

  return {
    ready: () =>
      callText(fetch, call('GET', '/ready'), peer).then(
        () => true,
        () => false,
      ),
    configDump: () => callJson(fetch, call('GET', '/config_dump?include_eds'), peer),
    clusters: () => callJson(fetch, call('GET', '/clusters?format=json'), peer),
    certs: () => callJson(fetch, call('GET', '/certs'), peer),
    async explain(request) {
      const query = new URLSearchParams({ method: request.method, url: request.url });
      for (const header of request.headers) query.append('header', header);
      return decodeExplanation(await callJson(fetch, call('GET', `/explain?${query.toString()}`), peer));
    },
    async requestsById(id) {
      return decodeSeen(await callText(fetch, call('GET', `/requests?id=${encodeURIComponent(id)}`), peer));
    },
    recentRequests: (sinceSeconds, linesMax) =>
      callText(fetch, call('GET', `/requests?since=${sinceSeconds}&limit=${linesMax}`), peer),
    setLogLevel: (level) => post(`/logging?level=${encodeURIComponent(level)}`),
    drain: () => post('/drain'),
    quit: () => post('/quitquitquit'),
  };
}
