/** Retry policies. */

import type { JsonValue } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { retryOnBits } from '../tables/route.ts';
import { retryGrpcOnOf, retryOnOf } from './retry.ts';
import { forwardOf, refusal, request, typed } from './testing/route-fixtures.ts';

const retryOf = (retry_policy: { readonly [key: string]: JsonValue }) => forwardOf({ retry_policy }).retry;
const previous = typed({ typeName: 'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate' });
const priorities = (update_frequency: number) =>
  typed(
    { typeName: 'envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig' },
    { update_frequency },
  );

describe('a retry policy', () => {
  it('has every word of HTTP and gRPC as a bit', () => {
    const words =
      '5xx,gateway-error,reset,reset-before-request,connect-failure,envoy-ratelimited,retriable-4xx,refused-stream,' +
      'retriable-status-codes,retriable-headers,http3-post-connect-failure,cancelled,deadline-exceeded,internal,' +
      'resource-exhausted,unavailable';
    const all = Object.values(retryOnBits).reduce((sum, bit) => sum | bit, 0);
    expect(retryOf({ retry_on: words })?.on).toBe(all);
    expect(retryOf({ retry_on: ' 5xx , cancelled ' })?.on).toBe(retryOnBits.serverError | retryOnBits.grpcCancelled);
  });

  it("has Envoy's defaults", () => {
    expect(retryOf({ retry_on: '5xx' })).toEqual({
      on: retryOnBits.serverError,
      statusCodes: [],
      responseHeaders: [],
      requestHeaders: [],
      retriesMax: 1,
      perTryTimeoutMs: 0,
      perTryIdleTimeoutMs: 0,
      backOffBaseMs: 25,
      backOffMaxMs: 250,
      resetHeaders: [],
      resetMaxMs: 300_000,
      avoidPrevious: false,
      avoidTries: 1,
      previousPrioritiesEvery: 0,
    });
    expect(forwardOf({}).retry).toBeUndefined();
  });

  it('has what it says', () => {
    const policy = retryOf({
      num_retries: 0,
      per_try_timeout: '0.2s',
      per_try_idle_timeout: '0.1s',
      retriable_status_codes: [503, 429],
      retry_back_off: { base_interval: '0.0001s', max_interval: '2s' },
      rate_limited_retry_back_off: {
        reset_headers: [{ name: 'Retry-After' }, { name: 'X-Reset', format: 'UNIX_TIMESTAMP' }],
        max_interval: '60s',
      },
      host_selection_retry_max_attempts: '5',
      retry_host_predicate: [{ name: 'p', typed_config: previous }],
      retry_priority: { name: 'q', typed_config: priorities(2) },
      retriable_headers: [{ name: 'x-retry', string_match: { exact: 'yes' } }],
      retriable_request_headers: [{ name: ':method', string_match: { exact: 'GET' } }],
    });
    expect(policy).toMatchObject({
      on: 0,
      retriesMax: 0,
      perTryTimeoutMs: 200,
      perTryIdleTimeoutMs: 100,
      statusCodes: [503, 429],
      backOffBaseMs: 1,
      backOffMaxMs: 2_000,
      resetHeaders: [
        { name: 'retry-after', format: 'seconds' },
        { name: 'x-reset', format: 'unix-timestamp' },
      ],
      resetMaxMs: 60_000,
      avoidPrevious: true,
      avoidTries: 5,
      previousPrioritiesEvery: 2,
    });
    expect(policy?.responseHeaders[0]?.(['x-retry', 'yes'])).toBe(true);
    expect(policy?.responseHeaders[0]?.([])).toBe(false);
    expect(policy?.requestHeaders[0]?.(request('POST a/'))).toBe(false);
  });

  it("is the virtual host's where the route has none", () => {
    const host = { retry_policy: { retry_on: 'reset', num_retries: 7 } };
    expect(forwardOf({}, host).retry?.retriesMax).toBe(7);
    expect(forwardOf({ retry_policy: { retry_on: 'reset' } }, host).retry?.retriesMax).toBe(1);
  });

  it.each([
    [{ retry_on: '5xx,nope' }, 'retry_on: "nope" is not known'],
    [{ retry_on: 'toString' }, 'retry_on: "toString" is not known'],
    [{ retry_back_off: { max_interval: '1s' } }, 'retry_back_off has no base_interval'],
    [{ retry_back_off: { base_interval: '1s', max_interval: '0.5s' } }, 'max_interval is less'],
    [{ rate_limited_retry_back_off: {} }, 'reset_headers is empty'],
    [{ retry_host_predicate: [{ name: 'p', typed_config: priorities(1) }] }, 'retry_host_predicate p'],
    [{ retry_priority: { name: 'q', typed_config: priorities(0) } }, 'update_frequency must be over 0'],
    [{ retriable_headers: [{ name: ':status', present_match: true }] }, 'this name is not supported'],
  ])('refuses %j', (policy, message) => {
    expect(refusal(() => retryOf(policy))).toContain(message);
  });

  it('reads the words of requests, leaving out what it does not know', () => {
    expect(retryOnOf('5xx, nope,reset,constructor')).toBe(retryOnBits.serverError | retryOnBits.reset);
    expect(retryGrpcOnOf('unavailable,5xx')).toBe(retryOnBits.grpcUnavailable);
  });
});
