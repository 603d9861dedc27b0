import { describe, expect, it } from 'vitest';
import { retryPolicy, unknownToGrpc } from './retries.ts';

const istioWords = 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes';

describe('a retry policy', () => {
  it("is Istio's own where nobody says anything", () => {
    const policy = retryPolicy(undefined, false, 'proxy');
    expect(policy).toMatchObject({ numRetries: 2, retryOn: istioWords, hostSelectionRetryMaxAttempts: 5n });
    expect(policy?.retryHostPredicate.map(({ name }) => name)).toEqual(['envoy.retry_host_predicates.previous_hosts']);
    expect(policy?.retriableStatusCodes).toEqual([]);
  });

  it('is none with no attempts', () => {
    expect(retryPolicy({ attempts: 0, retryOn: '5xx' }, false, 'proxy')).toBeUndefined();
  });

  it.each([
    [undefined, istioWords, []],
    ['', istioWords, []],
    ['5xx', '5xx', []],
    ['503', 'retriable-status-codes', [503]],
    ['gateway-error,500,reset,502', 'gateway-error,reset,retriable-status-codes', [500, 502]],
    ['retriable-status-codes,429', 'retriable-status-codes', [429]],
  ])('of retryOn %s asks for %s and %j', (retryOn, words, codes) => {
    const policy = retryPolicy({ attempts: 1, ...(retryOn === undefined ? {} : { retryOn }) }, false, 'proxy');
    expect(policy?.retryOn).toBe(words);
    expect(policy?.retriableStatusCodes).toEqual(codes);
  });

  it.each([
    [undefined, false, 1],
    [undefined, true, 0],
    [true, true, 1],
    [false, false, 0],
  ])('with retryIgnorePreviousHosts %s, by hash %s, has %d predicates', (ignored, byHash, expected) => {
    const retries = { attempts: 1, ...(ignored === undefined ? {} : { retryIgnorePreviousHosts: ignored }) };
    expect(retryPolicy(retries, byHash, 'proxy')?.retryHostPredicate).toHaveLength(expected);
  });

  it('of a proxyless client has the words that it knows alone', () => {
    expect(retryPolicy(undefined, false, 'grpc')).toMatchObject({ retryOn: 'unavailable,cancelled', numRetries: 2 });
    expect(retryPolicy({ attempts: 3, retryOn: '5xx' }, false, 'grpc')).toBeUndefined();
    expect(unknownToGrpc({ attempts: 1, retryOn: 'internal,5xx,503' })).toEqual(['5xx', '503']);
    expect(unknownToGrpc({ attempts: 1 })).toEqual([]);
  });
});
