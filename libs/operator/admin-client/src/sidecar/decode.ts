/** From the JSON of `/explain` to its type. */

import { asArray, asBoolean, asNumber, asObject, asString, listOf } from '../decode.ts';
import type { DecidedBy, ExplainedEndpoint, ExplainedTarget, Explanation, SeenRequest } from './types.ts';

export function decodeExplanation(value: unknown): Explanation {
  const item = asObject(value);
  const route = asObject(item['route']);
  const identity = asObject(item['identity']);
  const result = asString(item['result']);
  return {
    listener: nameOf(item['listener']),
    virtualHost: nameOf(item['virtualHost']),
    route:
      Object.keys(route).length === 0
        ? undefined
        : { name: asString(route['name']), from: decodeDecidedBy(route['from']) },
    targets: listOf(item['targets'], decodeTarget),
    timeoutMs: asNumber(item['timeoutMs']),
    rewrite: rewriteOf(item['rewrite']),
    identity: { own: asString(identity['own']), expected: expectedOf(identity['expected']) },
    result: result === 'forward' || result === 'redirect' || result === 'direct' ? result : 'no-route',
  };
}

export function decodeDecidedBy(value: unknown): DecidedBy {
  const from = asObject(value);
  return {
    resource: asString(from['resource']),
    file: asString(from['file']),
    line: asNumber(from['line']),
    rule: asString(from['rule']),
  };
}

function decodeTarget(value: unknown): ExplainedTarget {
  const target = asObject(value);
  return {
    cluster: asString(target['cluster']),
    weight: asNumber(target['weight']),
    from: decodeDecidedBy(target['from']),
    endpoints: listOf(target['endpoints'], decodeEndpoint),
  };
}

function decodeEndpoint(value: unknown): ExplainedEndpoint {
  const endpoint = asObject(value);
  const workload = asObject(endpoint['workload']);
  return {
    address: asString(endpoint['address']),
    healthy: asBoolean(endpoint['healthy']),
    ...(endpoint['reason'] === undefined ? {} : { reason: asString(endpoint['reason']) }),
    workload: asString(endpoint['workload']) || asString(workload['workload']),
    identity: expectedOf(endpoint['identity']).join(' or '),
  };
}

/** JSON lines of /requests, /tap or an access log; lines that are none are left out. */
export function decodeSeen(lines: string): readonly SeenRequest[] {
  return lines.split('\n').flatMap((line) => {
    const seen = line.startsWith('{') ? decodeSeenLine(line) : undefined;
    return seen === undefined ? [] : [seen];
  });
}

function decodeSeenLine(line: string): SeenRequest | undefined {
  let item: Readonly<Record<string, unknown>>;
  try {
    item = asObject(JSON.parse(line));
  } catch {
    return undefined;
  }
  const text = (...names: readonly string[]): string =>
    names.map((name) => asString(item[name])).find((value) => value !== '' && value !== '-') ?? '';
  const number = (...names: readonly string[]): number =>
    names.map((name) => Number(item[name] ?? 0)).find((value) => Number.isFinite(value) && value !== 0) ?? 0;
  return {
    startTime: text('start_time'),
    direction: text('direction'),
    method: text('method'),
    authority: text('authority'),
    path: text('path'),
    requestId: text('request_id'),
    status: number('status', 'response_code'),
    flags: text('flags', 'response_flags'),
    details: text('details', 'response_code_details'),
    reason: text('reason'),
    route: text('route', 'route_name'),
    routeFrom: text('route_from'),
    cluster: text('upstream_cluster'),
    endpoint: text('upstream_host'),
    attempts: number('attempts', 'upstream_request_attempt_count'),
    durationMs: number('duration_ms', 'duration'),
    sourcePrincipal: text('source_principal', 'downstream_peer_uri_san'),
    sourceWorkload: text('source_workload'),
    destinationWorkload: text('destination_workload'),
  };
}

/** A name, or an object that carries one. */
function nameOf(value: unknown): string {
  return asString(value) || asString(asObject(value)['name']);
}

function rewriteOf(value: unknown): string {
  const text = asString(value);
  if (text !== '') return text;
  return Object.entries(asObject(value))
    .filter(([, to]) => asString(to) !== '')
    .map(([what, to]) => `${what} → ${asString(to)}`)
    .join(', ');
}

/** One identity or several. */
function expectedOf(value: unknown): readonly string[] {
  const one = asString(value);
  return one === '' ? asArray(value).map(asString) : [one];
}
