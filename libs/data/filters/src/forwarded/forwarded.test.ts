/** Addresses and x-envoy-* headers as Envoy 1.40 leaves them, for 22 settings; the rows were taken from a running one. */

import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { createForwarded } from './forwarded.ts';
import table from './testdata/envoy-addresses.json' with { type: 'json' };

/** "U1sr": use_remote_address ("-": not), trusted hops, skip_xff_append, internal ranges 10.0.0.0/8 and 127.0.0.1/32. */
function filterOf(variant: string) {
  const address = {
    useRemoteAddress: variant.startsWith('U'),
    trustedHops: Number(variant[1]),
    skipXffAppend: variant.includes('s'),
    internalRanges: variant.includes('r') ? ['10.0.0.0/8', '127.0.0.1/32'] : [],
  };
  return createForwarded({ address }, '192.0.2.2');
}

const consumedByRouter = new Set([
  'x-envoy-retry-on',
  'x-envoy-max-retries',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-retry-grpc-on',
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-upstream-stream-duration-ms',
  'x-envoy-expected-rq-timeout-ms',
]);

function outcomeOf(remote: string, fields: readonly string[], variant: string): string {
  const connection = { remoteAddress: `${remote}:5555`, tls: false };
  const exchange = testExchange({ fields, peerUri: undefined, connection });
  filterOf(variant).onRequest?.(exchange);
  const names = new Set<string>();
  const sent = exchange.request.fields;
  for (let i = 0; i < sent.length; i += 2) names.add(sent[i] as string);
  const lines = [...names]
    .filter((name) => !consumedByRouter.has(name) && name !== 'x-forwarded-client-cert')
    .map((name) => `${name}=${exchange.request.header(name)}`);
  return `${lines.sort().join(' ')} @${exchange.downstreamAddress} ${exchange.scheme}`;
}

describe('forwarded', () => {
  for (const { remote, fields, outcomes } of table as { remote: string; fields: string[]; outcomes: object }[]) {
    const said = fields.length > 8 ? `${fields.length / 2} x-envoy headers ${fields.slice(60)}` : fields.join(' ');
    it(`does as Envoy does for ${remote} ${said}`, () => {
      for (const [wanted, variants] of Object.entries(outcomes) as [string, string][]) {
        for (const variant of variants.split(' ')) {
          expect(`${variant}: ${outcomeOf(remote, fields, variant)}`).toBe(`${variant}: ${wanted}`);
        }
      }
    });
  }

  it('takes the scheme of HTTP/2 as it was sent', () => {
    const exchange = testExchange({ peerUri: undefined });
    exchange.request.scheme = 'https';
    filterOf('-0').onRequest?.(exchange);
    expect(exchange.scheme).toBe('https');
    expect(exchange.request.fields).toEqual(['x-forwarded-proto', 'http']);
  });
});
