/** HTTP check: an expected status and, where asked for, parts of the body. */

import type { CheckedEndpoint, Cluster, HttpCheck } from '@weft/data-runtime';
import { type CheckResult, hasParts, passed } from './check-result.ts';
import type { ProbeAnswer, ProbeRequest } from './probe-sender.ts';
import { probeAuthority } from './probe-target.ts';

export function httpRequest(check: HttpCheck, endpoint: CheckedEndpoint, cluster: Cluster): ProbeRequest {
  const length = check.send === undefined ? [] : ['content-length', String(check.send.length)];
  const fields = ['user-agent', 'Envoy/HC', ...length, ...check.headers];
  const kept: string[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    if (!check.headersToRemove.includes(fields[at]!)) kept.push(fields[at]!, fields[at + 1]!);
  }
  const host = check.headers.lastIndexOf('host');
  return {
    method: check.method,
    authority: host === -1 ? probeAuthority(endpoint, check.host, cluster) : check.headers[host + 1]!,
    target: check.path || '/',
    fields: host === -1 ? kept : withoutHost(kept),
    body: check.send ?? Buffer.alloc(0),
    bodyBytesMax: check.receive.length === 0 ? 0 : check.bodyBytesMax,
  };
}

export function judgeHttp(check: HttpCheck, answer: ProbeAnswer): CheckResult {
  const { status } = answer;
  const expected = check.expectedStatuses.length === 0 ? status === 200 : isIn(status, check.expectedStatuses);
  if (!expected) {
    const kind = isIn(status, check.retriableStatuses) ? 'retriable' : 'active';
    return { kind, reason: `status ${status}` };
  }
  if (!hasParts(answer.body, check.receive)) return { kind: 'active', reason: 'the body is not the expected one' };
  return answer.fields.includes('x-envoy-degraded') ? { kind: 'pass', degraded: true } : passed;
}

function isIn(status: number, ranges: readonly number[]): boolean {
  for (let at = 0; at < ranges.length; at += 2) if (status >= ranges[at]! && status < ranges[at + 1]!) return true;
  return false;
}

function withoutHost(fields: readonly string[]): string[] {
  return fields.flatMap((name, at) => (at % 2 === 0 && name !== 'host' ? [name, fields[at + 1]!] : []));
}
