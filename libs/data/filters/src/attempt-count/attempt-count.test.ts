/** The number of the attempt. */

import { expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { createAttemptCount } from './attempt-count.ts';

it('says the first attempt once, also where the client says another', () => {
  for (const fields of [
    [],
    ['x-envoy-attempt-count', '7'],
    ['x-envoy-attempt-count', '7', 'x-envoy-attempt-count', '8'],
  ]) {
    const exchange = testExchange({ fields, direction: 'outbound' });
    createAttemptCount().onRequest?.(exchange);
    expect(exchange.request.fields).toEqual(['x-envoy-attempt-count', '1']);
  }
});
