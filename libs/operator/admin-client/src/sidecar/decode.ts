/** From the JSON of `/explain` to its type. */

import { asArray, asBoolean, asNumber, asObject, asString, listOf } from '../decode.ts';
import type { DecidedBy, ExplainedEndpoint, ExplainedTarget, Explanation } from './types.ts';

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
    workload: asString(endpoint['workload']) || asString(workload['workload']),
    identity: expectedOf(endpoint['identity']).join(' or '),
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
