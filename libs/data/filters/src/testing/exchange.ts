/** An exchange without a connection, for tests of one filter. */

import type { Direction } from '@weft/data-runtime';
import { RequestHead } from '@weft/http1';
import type { Exchange } from '../filter.ts';

export interface TestExchangeOptions {
  /** Of the request, flat. */
  readonly fields?: readonly string[];
  readonly direction?: Direction;
  /** Nothing: the client showed no certificate. */
  readonly peerUri?: string | undefined;
}

const peer = 'spiffe://cluster.local/ns/shop/sa/order';

/** Over mutual TLS, inbound, not yet routed. */
export function testExchange(options: TestExchangeOptions = {}): Exchange {
  const { direction = 'inbound' } = options;
  const peerUri = 'peerUri' in options ? options.peerUri : peer;
  const request = new RequestHead();
  request.method = 'GET';
  request.fields.push(...(options.fields ?? []));
  return {
    connection: {
      remoteAddress: '127.0.0.1:40000',
      localAddress: '127.0.0.1:15006',
      tls: peerUri !== undefined,
      peerUri,
      peerCertificateHash: peerUri === undefined ? undefined : '00ff',
      sni: undefined,
      alpn: undefined,
      direction,
    },
    logged: true,
    kept: {},
    request,
    path: '/',
    authority: 'a',
    startedAtMs: 0,
    startedMonotonicMs: 0,
    introduction: '',
    peerWorkload: undefined,
    route: undefined,
    target: undefined,
    cluster: undefined,
    endpoint: undefined,
    upstreamLocalAddress: '',
    upstreamPeerUri: undefined,
    status: 200,
    responseFields: [],
    errorCode: undefined,
    flag: '-',
    details: '',
    transportFailure: '',
    reason: '',
    bytesReceived: 0,
    bytesSent: 0,
    requestHeadBytes: 0,
    responseHeadBytes: 0,
    upstreamServiceMs: -1,
    durationMs: 0,
    fail() {},
    answer() {},
    proceed() {},
  };
}
