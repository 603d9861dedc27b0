/** A tap shows what its query asks for, and never more than its reader can take. */

import { createMetricRegistry } from '@weft/telemetry';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { createTap, createTapHub, tapLimits } from './tap.ts';
import { parseTapQuery, type TapTest } from './tap-query.ts';

const testOf = (query: string): TapTest => parseTapQuery(new URLSearchParams(query)) as TapTest;

describe('a tap', () => {
  it('shows an exchange as a JSON line', () => {
    const hub = createTapHub({ registry: createMetricRegistry() });
    const lines: string[] = [];
    hub.open(testOf('path=/orders'), { write: (text) => lines.push(text) > 0 });
    const filter = createTap({ tap: hub });
    filter.onComplete?.(testExchange({ target: '/orders/7?x=1' }));
    filter.onComplete?.(testExchange({ target: '/other' }));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        path: '/orders/7?x=1',
        status: 200,
        method: 'GET',
        direction: 'inbound',
        source_principal: 'spiffe://cluster.local/ns/shop/sa/order',
      },
    ]);
  });

  it('drops lines for a slow reader past the bound, counts them and says so', () => {
    const registry = createMetricRegistry();
    const hub = createTapHub({ registry });
    const written: string[] = [];
    const tap = hub.open(testOf(''), { write: (text) => written.push(text) === 0 });
    for (let i = 0; i < tapLimits.waitingLinesMax + 4; i += 1) hub.offer(testExchange());
    expect(written).toHaveLength(1);
    tap?.drained();
    expect(written[1]?.trimEnd().split('\n')).toHaveLength(tapLimits.waitingLinesMax + 1);
    expect(written[1]).toContain('{"dropped":3}\n');
    expect(registry.renderPrometheus()).toContain('weft_tap_lines_dropped_total 3');
  });

  it('is one of as many as the bound says, and ends', () => {
    const hub = createTapHub({ registry: createMetricRegistry() });
    const sink = { write: () => true };
    const taps = Array.from({ length: tapLimits.tapsMax }, () => hub.open(testOf(''), sink));
    expect(hub.open(testOf(''), sink)).toBeUndefined();
    for (const tap of taps) tap?.stop();
    expect(hub.taps).toBe(0);
  });
});

describe('the query of a tap', () => {
  const exchange = testExchange({ method: 'POST', target: '/orders', authority: 'shop:80' });
  exchange.status = 503;
  exchange.flag = 'UF,URX';

  it.each([
    ['path=/ord&status=5xx', true],
    ['status=404,503', true],
    ['status=4xx', false],
    ['method=post&host=shop', true],
    ['host=shop:80', true],
    ['host=sho', false],
    ['source=order', true],
    ['source=127.0.0.1', true],
    ['source=user', false],
    ['direction=outbound', false],
    ['flag=URX', true],
    ['cluster=x', false],
  ])('%s is %s', (query, expected) => {
    expect(testOf(query)(exchange)).toBe(expected);
  });

  it.each([
    ['nope=1', '?nope= is not known'],
    ['status=6xx', '?status=6xx is not valid'],
    ['path=orders', '?path=orders is not valid'],
    ['direction=up', '?direction=up is not valid'],
  ])('%s is refused', (query, problem) => {
    expect(parseTapQuery(new URLSearchParams(query))).toMatchObject({ problem: expect.stringContaining(problem) });
  });
});
