/** A request that is only asked about, as an exchange: rewrites and redirects read one. */

import { type Exchange, type RouteRequest, SmallMap } from '@weft/data-runtime';
import { RequestHead } from '@weft/http';

/** @param fields of the request, flat. Everything that only a real request has is empty. */
export function askedExchange(asked: RouteRequest, fields: readonly string[]): Exchange {
  const request = new RequestHead();
  const { method, authority, path, query, scheme } = asked;
  Object.assign(request, { method, authority, path, query, scheme, hasQuery: query !== '' });
  request.fields.push(...fields);
  const exchange: Partial<Exchange> = {
    connection: {
      remoteAddress: '127.0.0.1:0',
      directRemoteAddress: '127.0.0.1:0',
      localAddress: '127.0.0.1:0',
      tls: scheme === 'https',
      tlsVersion: '',
      peerUri: undefined,
      peerCertificateHash: undefined,
      peerCertificate: () => undefined,
      sni: undefined,
      alpn: undefined,
      direction: 'outbound',
    },
    kept: {},
    state: new SmallMap(),
    request,
    method,
    authority,
    path,
    query,
    scheme,
    hasQuery: query !== '',
    downstreamAddress: '127.0.0.1:0',
    startedAtMs: 0,
    status: 0,
    flag: '-',
    details: '',
    reason: '',
    metadata: undefined,
    responseFields: [],
    responseTrailers: [],
  };
  return exchange as Exchange;
}
