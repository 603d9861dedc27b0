/** The part of an exchange that formats read, for tests. */

import { RequestHead } from '@weft/http';
import type { Exchange } from '../../exchange.ts';
import { SmallMap } from '../../small-map.ts';

/** GET /orders?id=7 from an authenticated peer, answered 200 by an endpoint. @param changes laid over it. */
export function formatExchange(changes: Partial<Exchange> = {}): Exchange {
  const request = new RequestHead();
  request.method = 'GET';
  request.authority = 'orders.shop';
  request.path = '/orders';
  request.query = 'id=7';
  request.hasQuery = true;
  request.fields.push('user-agent', 'curl/8', 'x-request-id', 'abc', 'accept', 'a', 'accept', 'b');
  const certificate = {
    uris: ['spiffe://cluster.local/ns/shop/sa/user'],
    dnsNames: ['a', 'b'],
    subject: 'CN=x',
    issuer: 'O=mesh',
    serial: '0a',
    hash: 'ff00',
    pem: 'A B\n',
  };
  const exchange: Partial<Exchange> = {
    connection: {
      remoteAddress: '10.0.0.1:40000',
      directRemoteAddress: '[::1]:40001',
      localAddress: '127.0.0.1:15006',
      tls: true,
      tlsVersion: 'TLSv1.3',
      peerUri: certificate.uris[0],
      peerCertificateHash: 'ff00',
      peerCertificate: () => certificate,
      sni: 'orders',
      alpn: undefined,
      direction: 'inbound',
    },
    kept: {},
    state: new SmallMap(),
    request,
    scheme: 'http',
    method: 'GET',
    path: '/orders',
    query: 'id=7',
    hasQuery: true,
    authority: 'orders.shop',
    downstreamAddress: '10.0.0.1:40000',
    startedAtMs: Date.UTC(2026, 10, 21, 14, 5, 9, 7),
    grpc: false,
    metadata: undefined,
    route: undefined,
    cluster: undefined,
    endpoint: undefined,
    upstreamLocalAddress: '',
    upstreamPeerUri: undefined,
    upstreamProtocol: '',
    attempts: 1,
    status: 200,
    responseFields: ['server', 'app'],
    responseTrailers: [],
    flag: '-',
    details: 'via_upstream',
    transportFailure: '',
    bytesReceived: 3,
    bytesSent: 5,
    requestHeadBytes: 100,
    responseHeadBytes: 200,
    upstreamServiceMs: 4,
    requestEndMs: 1,
    durationMs: 9.6,
    ...changes,
  };
  return exchange as Exchange;
}
