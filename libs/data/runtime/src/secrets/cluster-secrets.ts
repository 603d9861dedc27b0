/** Which secrets the transport sockets of a cluster point to. */

import { anyIs } from '@bufbuild/protobuf/wkt';
import type { Cluster } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import type { TransportSocket } from '@weft/xds-messages/envoy/config/core/v3/base';
import { ProxyProtocolUpstreamTransportSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol';
import { unpack } from '../check/refuse.ts';
import type { SocketSecrets } from '../tls/tls-material.ts';
import { compileUpstreamSocket } from '../tls/transport-socket.ts';

/** @throws WeftError `config_rejected` */
export function secretsOfCluster(cluster: Cluster, where: string): readonly SocketSecrets[] {
  const sockets = [cluster.transportSocket, ...cluster.transportSocketMatches.map((match) => match.transportSocket)];
  return sockets.flatMap((socket) => {
    const compiled = compileUpstreamSocket(innerOf(socket, where), where);
    return compiled === undefined ? [] : [compiled.secrets];
  });
}

/** The PROXY protocol's socket wraps the one that secures. */
function innerOf(socket: TransportSocket | undefined, where: string): TransportSocket | undefined {
  const any = socket?.configType.value;
  if (any === undefined || !anyIs(any, ProxyProtocolUpstreamTransportSchema)) return socket;
  return unpack(any, ProxyProtocolUpstreamTransportSchema, where).transportSocket;
}
