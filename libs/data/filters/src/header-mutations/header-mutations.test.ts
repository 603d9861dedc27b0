/** In which order levels change headers, and of which answers. */

import type { Exchange, HeaderMutation } from '@weft/data-runtime';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { createHeaderMutations } from './header-mutations.ts';

const add =
  (value: string): HeaderMutation =>
  (fields) =>
    void fields.push('x', value);

function routed(kind: 'forward' | 'direct', details: string, target: boolean): Exchange {
  const exchange = testExchange();
  exchange.route = { action: { kind }, requestHeaders: add('route'), responseHeaders: add('route') } as never;
  exchange.target = (target ? { requestHeaders: add('target'), responseHeaders: add('target') } : undefined) as never;
  exchange.details = details;
  return exchange;
}

describe('header mutations', () => {
  it('run from the most specific level to the least, or the other way round', () => {
    for (const [mostSpecificMutationsWin, expected] of [
      [false, ['x', 'target', 'x', 'route']],
      [true, ['x', 'route', 'x', 'target']],
    ] as const) {
      const filter = createHeaderMutations({ mostSpecificMutationsWin });
      const exchange = routed('forward', 'via_upstream', true);
      filter.onRequest?.(exchange);
      filter.onResponse?.(exchange);
      expect(exchange.request.fields).toEqual(expected);
      expect(exchange.responseFields).toEqual(expected);
    }
  });

  it.each([
    ['an endpoint', routed('forward', 'via_upstream', true), true],
    ['the router for want of one', routed('forward', 'no_healthy_upstream', true), true],
    ['a route', routed('direct', 'direct_response', false), true],
    ['a filter', routed('forward', 'rbac_access_denied', false), false],
    ['a filter before a route', routed('direct', 'rbac_access_denied', false), false],
  ])('of answers of %s', (_, exchange, changed) => {
    createHeaderMutations({ mostSpecificMutationsWin: false }).onResponse?.(exchange);
    expect(exchange.responseFields.length > 0).toBe(changed);
  });
});
