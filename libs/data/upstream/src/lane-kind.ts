/** Which connections a request may travel on: what the cluster speaks, and what is offered to the endpoint. */

import type { Cluster, Endpoint, UpstreamTls } from '@weft/data-runtime';
import type { AcquireOptions } from './upstream-stream.ts';

/**
 * 'multiplex': HTTP/1, or HTTP/2 where the peer is a Weft sidecar; 'auto': what ALPN says; 'exclusive': HTTP/1 connections that serve one
 * request.
 */
export type LaneKind = 'http1' | 'http2' | 'auto' | 'multiplex' | 'exclusive';

export const laneKinds: readonly LaneKind[] = ['http1', 'http2', 'auto', 'multiplex', 'exclusive'];

/** HTTP/1.1 requests multiplexed over HTTP/2, between Weft sidecars. */
export const weftAlpn = 'weft-h2';

export function laneKindOf(cluster: Cluster, endpoint: Endpoint, options: AcquireOptions): LaneKind {
  if (options.exclusive) return 'exclusive';
  const { protocol, multiplex } = cluster.http;
  if (protocol === 'http2' || (protocol === 'downstream' && options.protocol === 'HTTP/2')) return 'http2';
  if (protocol === 'auto') return endpoint.tls === undefined ? 'http1' : 'auto';
  // A connection for each request has nothing to multiplex: HTTP/2 would only add its preface and its settings.
  const single = cluster.limits.requestsPerConnectionMax === 1;
  return multiplex && !single && endpoint.tls?.verify === 'mesh' ? 'multiplex' : 'http1';
}

const http2Names: ReadonlySet<string> = new Set([weftAlpn, 'h2', 'istio-h2']);
const http1Names: ReadonlySet<string> = new Set(['http/1.1', 'http/1.0', 'istio-http/1.1', 'istio-http/1.0']);

/** What a connection of this kind offers. */
export function alpnOf(kind: LaneKind, tls: UpstreamTls): readonly string[] {
  if (kind === 'auto')
    return tls.alpn.includes('h2') ? tls.alpn : ['h2', ...(tls.alpn.length === 0 ? ['http/1.1'] : tls.alpn)];
  if (kind === 'http2') {
    const names = tls.alpn.filter((name) => !http1Names.has(name) && name !== weftAlpn);
    if (names.some((name) => http2Names.has(name))) return names;
    // As Istio's ALPN filter does: an Envoy there chooses its chain of filters by these.
    return tls.verify === 'mesh' ? ['istio-h2', ...names, 'h2'] : ['h2', ...names];
  }
  const names = tls.alpn.filter((name) => !http2Names.has(name));
  return kind === 'multiplex' ? [weftAlpn, ...names] : names;
}

/** @param alpn what was agreed on; empty: nothing. */
export function speaksHttp2(kind: LaneKind, alpn: string): boolean {
  return kind === 'http2' || (kind !== 'exclusive' && kind !== 'http1' && http2Names.has(alpn));
}
