/** Who called, as the application reads it; the expectations were taken from a running Envoy 1.40. */

import type { ForwardClientCert } from '@weft/data-runtime';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { createForwardedClientCert } from './forwarded-client-cert.ts';

const own = 'spiffe://cluster.local/ns/shop/sa/inventory';
const peer = 'spiffe://cluster.local/ns/shop/sa/order';
const header = 'x-forwarded-client-cert';
const none = { subject: false, cert: false, chain: false, dns: false, uri: false };
const istio = { ...none, subject: true, uri: true, dns: true };
const forged = [header, 'By=1;URI=z', 'a', 'b', header, 'two'];
const brief = `By=${own};Hash=00ff`;
const whole = `${brief};Subject="O=cluster.local";URI=${peer};DNS=order.shop;DNS=two.shop`;
const certificate = {
  uris: [peer],
  dnsNames: ['order.shop', 'two.shop'],
  subject: 'O=cluster.local',
  issuer: 'CN=ca',
  serial: '01',
  hash: '00ff',
  pem: '-----BEGIN A-----\nAb+/=\n',
};

function headerOf(
  settings: ForwardClientCert,
  fields: readonly string[],
  secured: boolean,
  shown = certificate,
): string | undefined {
  const connection = { peerCertificate: () => shown, peerCertificateHash: secured ? '00ff' : undefined };
  const exchange = testExchange({ fields, peerUri: secured ? peer : undefined, connection });
  createForwardedClientCert({ clientCert: settings }, () => own).onRequest?.(exchange);
  return exchange.request.header(header);
}

describe('x-forwarded-client-cert', () => {
  it('names the certificate that the listener showed, each of its URIs, not the workload', () => {
    const shown = { ...certificate, uris: ['spiffe://site/a', 'spiffe://site/b'] };
    const connection = { peerCertificateHash: '00ff', localCertificate: () => shown };
    const exchange = testExchange({ fields: [], peerUri: peer, connection });
    createForwardedClientCert({ clientCert: { mode: 'sanitize-set', ...none } }, () => own).onRequest?.(exchange);
    expect(exchange.request.header(header)).toBe('By=spiffe://site/a;By=spiffe://site/b;Hash=00ff');
  });

  const rows = [
    ['sanitize', none, true, undefined, undefined],
    ['sanitize', none, false, undefined, undefined],
    ['forward-only', istio, true, 'By=1;URI=z,two', undefined],
    ['forward-only', istio, false, undefined, undefined],
    ['append-forward', none, true, `By=1;URI=z,two,${brief}`, brief],
    ['append-forward', istio, true, `By=1;URI=z,two,${whole}`, whole],
    ['append-forward', istio, false, undefined, undefined],
    ['sanitize-set', none, true, brief, brief],
    ['sanitize-set', istio, true, whole, whole],
    ['sanitize-set', istio, false, undefined, undefined],
    ['always-forward-only', istio, true, 'By=1;URI=z,two', undefined],
    ['always-forward-only', istio, false, 'By=1;URI=z,two', undefined],
  ] as const;
  for (const [mode, details, secured, withHeader, without] of rows) {
    const caller = secured ? 'an authenticated' : 'an unknown';
    it(`is as Envoy makes it for ${mode} (${details === none ? 'no details' : 'details'}) and ${caller} caller`, () => {
      expect(headerOf({ mode, ...details }, forged, secured)).toBe(withHeader);
      expect(headerOf({ mode, ...details }, [], secured)).toBe(without);
    });
  }

  it('holds the certificate in PEM where it is asked for, escaped for a URL', () => {
    const settings: ForwardClientCert = { mode: 'sanitize-set', ...none, cert: true };
    expect(headerOf(settings, [], true)).toBe(`${brief};Cert="-----BEGIN%20A-----%0AAb%2B%2F%3D%0A"`);
  });

  it('has an empty URI for a certificate without one', () => {
    const settings: ForwardClientCert = { mode: 'sanitize-set', ...istio };
    const shown = { ...certificate, uris: [], dnsNames: [], subject: 'O=My\\, \\"Org\\",CN=n' };
    expect(headerOf(settings, [], true, shown)).toBe(`${brief};Subject="O=My\\, \\"Org\\",CN=n";URI=`);
  });

  it('quotes an identity that could be read as more than one key', () => {
    const shown = { ...certificate, uris: ['spiffe://x/a;URI=spiffe://x/b'], dnsNames: [] };
    const settings: ForwardClientCert = { mode: 'sanitize-set', ...none, uri: true };
    expect(headerOf(settings, [], true, shown)).toBe(`${brief};URI="spiffe://x/a;URI=spiffe://x/b"`);
  });

  it('is made once for all requests of a connection', () => {
    let asked = 0;
    const peerCertificate = () => {
      asked += 1;
      return certificate;
    };
    const exchange = testExchange({ connection: { peerCertificate } });
    const filter = createForwardedClientCert({ clientCert: { mode: 'sanitize-set', ...istio } }, () => own);
    for (let i = 0; i < 3; i += 1) {
      exchange.request.fields.length = 0;
      filter.onRequest?.(exchange);
      expect(exchange.request.fields).toEqual([header, whole]);
    }
    expect(asked).toBe(1);
  });
});
