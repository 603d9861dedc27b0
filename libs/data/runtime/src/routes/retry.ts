/** Envoy's retry policy, with the words of `retry_on` as bits. */

import {
  RetryPolicy_ResetHeaderFormat as ResetFormat,
  type RetryPolicy as XdsRetryPolicy,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { PreviousHostsPredicateSchema } from '@weft/xds-messages/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts';
import { PreviousPrioritiesConfigSchema } from '@weft/xds-messages/envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config';
import { refuse, unpack } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import { compileFieldsTest, compileHeaderTest } from '../matchers/header-matcher.ts';
import { type RetryPolicy, retryOnBits } from '../tables/route.ts';

/** Envoy's defaults. */
const backOffBaseMs = 25;
const backOffFactor = 10;
const resetMaxMs = 300_000;

const httpWords: Readonly<Record<string, number>> = {
  '5xx': retryOnBits.serverError,
  'gateway-error': retryOnBits.gatewayError,
  reset: retryOnBits.reset,
  'reset-before-request': retryOnBits.resetBeforeRequest,
  'connect-failure': retryOnBits.connectFailure,
  'envoy-ratelimited': retryOnBits.envoyRatelimited,
  'retriable-4xx': retryOnBits.retriable4xx,
  'refused-stream': retryOnBits.refusedStream,
  'retriable-status-codes': retryOnBits.retriableStatusCodes,
  'retriable-headers': retryOnBits.retriableHeaders,
  'http3-post-connect-failure': retryOnBits.http3PostConnectFailure,
};

const grpcWords: Readonly<Record<string, number>> = {
  cancelled: retryOnBits.grpcCancelled,
  'deadline-exceeded': retryOnBits.grpcDeadlineExceeded,
  internal: retryOnBits.grpcInternal,
  'resource-exhausted': retryOnBits.grpcResourceExhausted,
  unavailable: retryOnBits.grpcUnavailable,
};

/** Bits of the words of x-envoy-retry-on; words that are not known count for nothing, as in Envoy. */
export function retryOnOf(words: string): number {
  return bitsOf(words, httpWords);
}

/** Bits of the words of x-envoy-retry-grpc-on. */
export function retryGrpcOnOf(words: string): number {
  return bitsOf(words, grpcWords);
}

function bitsOf(words: string, known: Readonly<Record<string, number>>): number {
  let bits = 0;
  for (const word of words.split(',')) bits |= Object.hasOwn(known, word.trim()) ? (known[word.trim()] ?? 0) : 0;
  return bits;
}

/** @throws WeftError `config_rejected`, also for a word of `retry_on` that is not known. */
export function compileRetry(policy: XdsRetryPolicy | undefined, where: string): RetryPolicy | undefined {
  if (policy === undefined) return undefined;
  const at = `${where}: retry_policy`;
  const backOff = compileBackOff(policy, at);
  const limited = policy.rateLimitedRetryBackOff;
  if (limited !== undefined && limited.resetHeaders.length === 0) refuse(at, 'reset_headers is empty');
  const tries = Number(policy.hostSelectionRetryMaxAttempts);
  return {
    on: compileWords(policy.retryOn, at),
    statusCodes: policy.retriableStatusCodes,
    responseHeaders: policy.retriableHeaders.map((matcher) => compileFieldsTest(matcher, at)),
    requestHeaders: policy.retriableRequestHeaders.map((matcher) => compileHeaderTest(matcher, at)),
    retriesMax: policy.numRetries ?? 1,
    perTryTimeoutMs: milliseconds(policy.perTryTimeout, 0),
    perTryIdleTimeoutMs: milliseconds(policy.perTryIdleTimeout, 0),
    backOffBaseMs: backOff.baseMs,
    backOffMaxMs: backOff.maxMs,
    resetHeaders: (limited?.resetHeaders ?? []).map(({ name, format }) => {
      if (format !== ResetFormat.SECONDS && format !== ResetFormat.UNIX_TIMESTAMP) {
        refuse(at, `reset_headers: format ${format} is not supported`);
      }
      return { name: name.toLowerCase(), format: format === ResetFormat.SECONDS ? 'seconds' : 'unix-timestamp' };
    }),
    resetMaxMs: milliseconds(limited?.maxInterval, resetMaxMs),
    avoidPrevious: avoidsPrevious(policy, at),
    avoidTries: tries > 0 ? tries : 1,
    previousPrioritiesEvery: previousPriorities(policy, at),
  };
}

function compileWords(words: string, where: string): number {
  let bits = 0;
  for (const part of words.split(',')) {
    const word = part.trim();
    if (word === '') continue;
    const bit = Object.hasOwn(httpWords, word)
      ? httpWords[word]
      : Object.hasOwn(grpcWords, word)
        ? grpcWords[word]
        : undefined;
    if (bit === undefined) return refuse(where, `retry_on: ${JSON.stringify(word)} is not known`);
    bits |= bit;
  }
  return bits;
}

function compileBackOff(policy: XdsRetryPolicy, where: string): { baseMs: number; maxMs: number } {
  const backOff = policy.retryBackOff;
  if (backOff === undefined) return { baseMs: backOffBaseMs, maxMs: backOffBaseMs * backOffFactor };
  if (backOff.baseInterval === undefined) refuse(where, 'retry_back_off has no base_interval');
  // Less than a millisecond is taken as one.
  const baseMs = Math.max(1, milliseconds(backOff.baseInterval, backOffBaseMs));
  const maxMs = milliseconds(backOff.maxInterval, baseMs * backOffFactor);
  if (maxMs < baseMs) refuse(where, 'retry_back_off: max_interval is less than base_interval');
  return { baseMs, maxMs };
}

function avoidsPrevious(policy: XdsRetryPolicy, where: string): boolean {
  for (const predicate of policy.retryHostPredicate) {
    unpack(
      predicate.configType.value,
      PreviousHostsPredicateSchema,
      `${where}: retry_host_predicate ${predicate.name}`,
    );
  }
  return policy.retryHostPredicate.length > 0;
}

function previousPriorities(policy: XdsRetryPolicy, where: string): number {
  const priority = policy.retryPriority;
  if (priority === undefined) return 0;
  const at = `${where}: retry_priority ${priority.name}`;
  const { updateFrequency } = unpack(priority.configType.value, PreviousPrioritiesConfigSchema, at);
  if (updateFrequency <= 0) refuse(at, 'update_frequency must be over 0');
  return updateFrequency;
}
