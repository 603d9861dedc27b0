/** transport_socket and transport_socket_matches: how a connection to an endpoint is secured. */

import type { JsonObject } from '@bufbuild/protobuf';
import { anyIs } from '@bufbuild/protobuf/wkt';
import type { Cluster as XdsCluster } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import type { TransportSocket } from '@weft/xds-messages/envoy/config/core/v3/base';
import { ProxyProtocolConfig_Version as Version } from '@weft/xds-messages/envoy/config/core/v3/proxy_protocol';
import { ProxyProtocolUpstreamTransportSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol';
import { refuse, unpack } from '../check/refuse.ts';
import type { UpstreamTls } from '../tables/tls.ts';
import { compileUpstreamTls } from '../tls/transport-socket.ts';

export interface Transport {
  /** How to secure a connection to an endpoint with this transport match; nothing: plain text. */
  tlsFor(transportMatch: JsonObject): UpstreamTls | undefined;
  readonly proxyProtocol: 1 | 2 | undefined;
  /** Some endpoints at least speak the mesh's TLS. */
  readonly mesh: boolean;
}

interface Socket {
  readonly tls: UpstreamTls | undefined;
  readonly proxyProtocol: 1 | 2 | undefined;
}

/** @param auto of upstream_http_protocol_options. @throws WeftError `config_rejected` */
export function compileTransport(
  cluster: XdsCluster,
  auto: { readonly autoSni: boolean; readonly autoSan: boolean },
  where: string,
): Transport {
  const compile = (socket: TransportSocket | undefined, at: string): Socket => {
    const { tls, proxyProtocol } = compileSocket(socket, at);
    if (tls === undefined || (!auto.autoSni && !auto.autoSan)) return { tls, proxyProtocol };
    const { autoSni, autoSan } = auto;
    return { proxyProtocol, tls: { ...tls, autoSni: tls.autoSni || autoSni, autoSan: tls.autoSan || autoSan } };
  };
  const fallback = compile(cluster.transportSocket, where);
  const matches = cluster.transportSocketMatches.map((entry) => ({
    wanted: Object.entries(entry.match ?? {}),
    ...compile(entry.transportSocket, `${where}: transport_socket_matches ${entry.name}`),
  }));
  for (const { proxyProtocol } of matches) {
    if (proxyProtocol !== fallback.proxyProtocol && cluster.transportSocket !== undefined) {
      refuse(where, 'transport_socket_matches with and without the PROXY protocol are not supported');
    }
  }
  return {
    proxyProtocol: fallback.proxyProtocol ?? matches[0]?.proxyProtocol,
    mesh: [fallback, ...matches].some(({ tls }) => tls?.verify === 'mesh'),
    // Envoy's order: the first match whose every key the endpoint has, then the cluster's own socket.
    tlsFor(transportMatch) {
      for (const { wanted, tls } of matches) {
        if (wanted.every(([key, value]) => transportMatch[key] === value)) return tls;
      }
      return fallback.tls;
    },
  };
}

/** The PROXY protocol's socket wraps the one that secures. */
function compileSocket(socket: TransportSocket | undefined, where: string): Socket {
  const any = socket?.configType.value;
  if (any === undefined || !anyIs(any, ProxyProtocolUpstreamTransportSchema)) {
    return { tls: compileUpstreamTls(socket, where), proxyProtocol: undefined };
  }
  const { config, transportSocket } = unpack(any, ProxyProtocolUpstreamTransportSchema, where);
  const version = config?.version ?? Version.V1;
  return { tls: compileUpstreamTls(transportSocket, where), proxyProtocol: version === Version.V2 ? 2 : 1 };
}
