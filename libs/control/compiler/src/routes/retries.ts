/** Retries of a rule, or of the mesh where it says nothing, as Envoy's policy (Istio's ConvertPolicy). */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import type { HttpRetry } from '@weft/model';
import {
  type RetryPolicy,
  type RetryPolicy_RetryHostPredicate,
  RetryPolicy_RetryHostPredicateSchema,
  RetryPolicySchema,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { PreviousHostsPredicateSchema } from '@weft/xds-messages/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts';
import { PreviousPrioritiesConfigSchema } from '@weft/xds-messages/envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config';
import { duration } from '../messages/core.ts';
import type { Dialect } from './scope.ts';

const defaultAttempts = 2;
const defaultWords = 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes';
/** How often another endpoint is looked for before one that was tried already is taken. */
const hostSelectionAttempts = 5;
/** After so many attempts the priorities that were tried are left. */
const priorityUpdateFrequency = 2;
const codesWord = 'retriable-status-codes';
/** Of all words, those that a proxyless client knows. */
const grpcWords = new Set(['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable']);

/**
 * @param retries of the rule, else of the mesh, else nothing: Istio's own default.
 * @param byHash the only destination is chosen by hash: a retry goes where the first attempt went.
 * @returns undefined where there are to be no retries.
 */
export function retryPolicy(
  retries: HttpRetry | undefined,
  byHash: boolean,
  dialect: Dialect,
): RetryPolicy | undefined {
  if (retries !== undefined && retries.attempts <= 0) return undefined;
  const { words, codes } = retryOn(retries?.retryOn);
  const attempts = retries?.attempts ?? defaultAttempts;
  const backOff =
    retries?.backoffMs === undefined ? {} : { retryBackOff: { baseInterval: duration(retries.backoffMs) } };
  if (dialect === 'grpc') {
    const known = words.filter((word) => grpcWords.has(word));
    if (known.length === 0) return undefined;
    return create(RetryPolicySchema, { retryOn: known.join(','), numRetries: attempts, ...backOff });
  }
  const avoidsTried = retries?.retryIgnorePreviousHosts ?? !byHash;
  return create(RetryPolicySchema, {
    retryOn: words.join(','),
    numRetries: attempts,
    hostSelectionRetryMaxAttempts: BigInt(hostSelectionAttempts),
    retryHostPredicate: avoidsTried ? [previousHosts()] : [],
    retriableStatusCodes: codes,
    ...(retries?.perTryTimeoutMs === undefined ? {} : { perTryTimeout: duration(retries.perTryTimeoutMs) }),
    ...(retries?.retryRemoteLocalities === true ? { retryPriority: previousPriorities() } : {}),
    ...backOff,
  });
}

/** Words of a rule that a proxyless client does not retry on. */
export function unknownToGrpc(retries: HttpRetry): readonly string[] {
  if (retries.attempts <= 0 || !retries.retryOn) return [];
  const { words, codes } = retryOn(retries.retryOn);
  const unknown = words.filter((word) => !grpcWords.has(word) && word !== codesWord);
  return [...unknown, ...codes.map(String)];
}

/** Numbers are status codes, and ask for the word that takes them. */
function retryOn(written: string | undefined): { words: readonly string[]; codes: number[] } {
  const words: string[] = [];
  const codes: number[] = [];
  for (const part of (written || defaultWords).split(',').map((text) => text.trim())) {
    if (part === '') continue;
    if (/^\+?\d+$/.test(part)) codes.push(Number(part));
    else words.push(part);
  }
  if (codes.length > 0 && !words.includes(codesWord)) words.push(codesWord);
  return { words, codes };
}

function previousHosts(): RetryPolicy_RetryHostPredicate {
  return create(RetryPolicy_RetryHostPredicateSchema, {
    name: 'envoy.retry_host_predicates.previous_hosts',
    configType: {
      case: 'typedConfig',
      value: anyPack(PreviousHostsPredicateSchema, create(PreviousHostsPredicateSchema)),
    },
  });
}

function previousPriorities() {
  const config = create(PreviousPrioritiesConfigSchema, { updateFrequency: priorityUpdateFrequency });
  return {
    name: 'envoy.retry_priorities.previous_priorities',
    configType: { case: 'typedConfig' as const, value: anyPack(PreviousPrioritiesConfigSchema, config) },
  };
}
