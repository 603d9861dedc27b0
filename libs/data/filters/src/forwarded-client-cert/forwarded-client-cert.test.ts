/** Who called, as the application reads it. */

import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { createClientCertRemoval, createForwardedClientCert } from './forwarded-client-cert.ts';

const own = 'spiffe://cluster.local/ns/shop/sa/inventory';
const peer = 'spiffe://cluster.local/ns/shop/sa/order';
const filter = createForwardedClientCert(() => own);
const element = (uri: string): string => `By=${own};Hash=00ff;Subject="";URI=${uri}`;

describe('x-forwarded-client-cert', () => {
  it('names the proxy, the hash of the certificate and the identity, for every request of a connection', () => {
    const exchange = testExchange({ fields: ['a', 'b'], peerUri: peer });
    for (let i = 0; i < 2; i += 1) {
      exchange.request.fields.length = 2;
      filter.onRequest?.(exchange);
      expect(exchange.request.fields).toEqual(['a', 'b', 'x-forwarded-client-cert', element(peer)]);
    }
  });

  it('is appended to what an authenticated caller forwards', () => {
    const fields = ['x-forwarded-client-cert', 'URI=1', 'a', 'b', 'x-forwarded-client-cert', 'URI=2'];
    const exchange = testExchange({ fields, peerUri: peer });
    filter.onRequest?.(exchange);
    expect(exchange.request.fields).toEqual(['a', 'b', 'x-forwarded-client-cert', `URI=1,URI=2,${element(peer)}`]);
  });

  it('is not believed of a caller without a certificate', () => {
    const exchange = testExchange({ fields: ['x-forwarded-client-cert', 'URI=liar', 'a', 'b'], peerUri: undefined });
    filter.onRequest?.(exchange);
    expect(exchange.request.fields).toEqual(['a', 'b']);
  });

  it('quotes an identity that could be read as more than one key', () => {
    const exchange = testExchange({ peerUri: 'spiffe://x/a;URI=spiffe://x/b' });
    filter.onRequest?.(exchange);
    expect(exchange.request.fields[1]).toBe(element('"spiffe://x/a;URI=spiffe://x/b"'));
  });

  it('is taken off on the way out', () => {
    const exchange = testExchange({ fields: ['x-forwarded-client-cert', 'URI=liar', 'a', 'b'], direction: 'outbound' });
    createClientCertRemoval().onRequest?.(exchange);
    expect(exchange.request.fields).toEqual(['a', 'b']);
  });
});
