/** Asks an authoriser over HTTP: the request's head, its answer's status decides. */

import type { Callouts, Cluster, Ref } from '@weft/data-runtime';
import type { Check, CheckInput, FieldChange, HeaderFilter, Verdict } from './verdict.ts';

export type NameTest = (name: string) => boolean;

export interface HttpCheckSettings {
  readonly callouts: Callouts;
  readonly cluster: Ref<Cluster | undefined>;
  readonly timeoutMs: number;
  readonly pathPrefix: string;
  readonly sends: HeaderFilter;
  /** Flat; instead of the request's own. */
  readonly headersToAdd: readonly string[];
  readonly upstream: NameTest;
  readonly upstreamAppend: NameTest;
  /** Nothing: every header of a refusal goes to the client. */
  readonly client: NameTest | undefined;
  readonly clientOnSuccess: NameTest;
  readonly metadata: NameTest;
}

const removeHeader = 'x-envoy-auth-headers-to-remove';
/** Of a refusal, whatever is listed. */
const alwaysToClient: ReadonlySet<string> = new Set(['www-authenticate', 'location']);
/** Made anew for the answer. */
const neverToClient: ReadonlySet<string> = new Set([
  ...['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'date', 'server', removeHeader],
]);
const noBody = Buffer.alloc(0);

export function createHttpCheck(settings: HttpCheckSettings): Check {
  const { callouts, cluster, timeoutMs, pathPrefix } = settings;
  return (exchange, input, done) => {
    const { path, query, hasQuery } = exchange;
    const target = `${pathPrefix}${path}${hasQuery ? `?${query}` : ''}`;
    const fields = requestFields(exchange.request.fields, input, settings);
    const { method, authority } = exchange;
    const body = input.body ?? noBody;
    return callouts.send({ cluster, method, authority, target, fields, body, timeoutMs, grpc: false }, (answer) => {
      if ('code' in answer) done({ kind: 'error', reason: answer.reason });
      else if (answer.status >= 500) done({ kind: 'error', reason: `the authoriser answered ${answer.status}` });
      else if (answer.status === 200) done(okVerdict(answer.fields, settings));
      else done(deniedVerdict(answer.status, answer.fields, answer.body, settings));
    });
  };
}

function requestFields(from: readonly string[], input: CheckInput, settings: HttpCheckSettings): readonly string[] {
  const { headersToAdd, sends } = settings;
  const fields = ['content-length', String(input.body?.length ?? 0)];
  for (let i = 0; i < from.length; i += 2) {
    const name = from[i] as string;
    if (name !== 'content-length' && sends(name) && !listed(headersToAdd, name))
      fields.push(name, from[i + 1] as string);
  }
  if (input.body !== undefined) fields.push('x-envoy-auth-partial-body', String(input.partial));
  fields.push(...headersToAdd);
  return fields;
}

function listed(fields: readonly string[], name: string): boolean {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return true;
  return false;
}

function okVerdict(fields: readonly string[], settings: HttpCheckSettings): Verdict {
  const request: FieldChange[] = [];
  const response: FieldChange[] = [];
  const remove: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    const value = fields[i + 1] as string;
    if (settings.upstream(name)) request.push({ name, value, how: 'set' });
    if (settings.upstreamAppend(name)) request.push({ name, value, how: 'append' });
    if (settings.clientOnSuccess(name)) response.push({ name, value, how: 'add' });
    if (name === removeHeader) remove.push(...value.split(',').map((one) => one.trim().toLowerCase()));
  }
  const metadata = metadataOf(fields, settings);
  return { kind: 'ok', request, response, remove, metadata, querySet: [], queryRemove: [] };
}

function deniedVerdict(status: number, from: readonly string[], body: Buffer, settings: HttpCheckSettings): Verdict {
  const { client } = settings;
  const fields: string[] = [];
  for (let i = 0; i < from.length; i += 2) {
    const name = from[i] as string;
    if (neverToClient.has(name)) continue;
    if (client === undefined || alwaysToClient.has(name) || client(name)) fields.push(name, from[i + 1] as string);
  }
  return { kind: 'denied', status, fields, body, metadata: metadataOf(from, settings) };
}

function metadataOf(fields: readonly string[], settings: HttpCheckSettings): Record<string, unknown> | undefined {
  let found: Record<string, unknown> | undefined;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    if (settings.metadata(name)) found = { ...found, [name]: fields[i + 1] };
  }
  return found;
}
