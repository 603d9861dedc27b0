/** What a proxyless gRPC client does not understand of a rule; each a sentence for the operator. */

import type { HttpMatch, HttpRule } from '@weft/model';
import { claimPath } from './claims.ts';
import { unknownToGrpc } from './retries.ts';

/** Why a match cannot be asked at all; a client that skipped the condition would take too much. */
export function grpcProblem(match: HttpMatch): string | undefined {
  if (Object.keys(match.queryParams ?? {}).length > 0) return 'asks for query parameters, which gRPC calls have not';
  if (match.method !== undefined || match.scheme !== undefined || match.authority !== undefined) {
    return 'asks for method, scheme or authority, which a proxyless gRPC client does not match';
  }
  const names = [...Object.keys(match.headers ?? {}), ...Object.keys(match.withoutHeaders ?? {})];
  if (names.some((name) => claimPath(name) !== undefined)) return 'asks for claims of a JWT, which gateways alone know';
  return undefined;
}

export function grpcRuleNotices(rule: HttpRule): readonly string[] {
  const sentences: string[] = [];
  const ignored = (
    [
      ['rewrite', rule.rewrite],
      ['corsPolicy', rule.corsPolicy],
      ['mirror', rule.mirror],
      ['mirrors', rule.mirrors],
      ['headers', rule.headers ?? rule.route?.find(({ headers }) => headers !== undefined)?.headers],
    ] as const
  ).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (ignored.length > 0) sentences.push(`${ignored.join(', ')}: not done by proxyless gRPC clients`);
  if (rule.retries !== undefined) {
    const words = unknownToGrpc(rule.retries);
    if (words.length > 0) sentences.push(`proxyless gRPC clients do not retry on ${words.join(', ')}`);
    if (rule.retries.perTryTimeoutMs !== undefined) sentences.push('perTryTimeout: not done by proxyless gRPC clients');
  }
  return sentences;
}
