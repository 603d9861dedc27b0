/** How connections to one port of a workload are taken: by its mode of mutual TLS and its protocol (Istio, filterchain_options). */

import type { TransportSocket } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { Context } from '../context.ts';
import type { IngressTarget } from '../ingress.ts';
import type { PortGuard } from '../linkerd/guard.ts';
import { httpConnectionManager, httpFilter } from '../messages/network-filters.ts';
import { tcpProxy } from '../messages/tcp-proxy.ts';
import { downstreamMutualTls } from '../messages/transport-sockets.ts';
import { authorizationNetworkFilters } from '../network-filters/authorization.ts';
import type { MutualTlsMode } from '../policies/peer-authentication.ts';
import { type InboundRoutesOptions, inboundRoutes } from '../routes/inbound.ts';
import type { Chain, ChainMatch } from './listener.ts';

/** What a client in front of which stands a sidecar offers in the mesh's TLS. */
const meshHttpNames = ['istio-http/1.0', 'istio-http/1.1', 'istio-h2'];
const meshTcpNames = ['istio-peer-exchange', 'istio'];
/** What the HTTP inspector finds in plain text. */
const plainHttpNames = ['http/1.0', 'http/1.1', 'h2c'];

const tls = 'tls';
const plain = 'raw_buffer';

export interface InboundPort {
  readonly cluster: string;
  readonly statPrefix: string;
  readonly kind: 'http' | 'tcp' | 'sniffed';
  readonly mode: MutualTlsMode;
  /** Of captured connections, which all come to one listener. */
  readonly destinationPort: number | undefined;
  /** What routes and policies go by: the service port that leads here, its host. */
  readonly routes: InboundRoutesOptions;
  /** TLS from outside the mesh, where the mode is DISABLE. */
  readonly ownTls?: TransportSocket | undefined;
  /** Linkerd's policies of the port. */
  readonly guard: PortGuard | undefined;
}

/** HTTP in any form, bytes, or what nobody declared. */
export function inboundKind({ protocol, sniffed }: Pick<IngressTarget, 'protocol' | 'sniffed'>): InboundPort['kind'] {
  if (sniffed) return 'sniffed';
  return protocol === 'http' || protocol === 'http2' || protocol === 'grpc' ? 'http' : 'tcp';
}

/** True where the port's connections must be looked at before a chain is chosen. */
export function isInspected({ kind, mode }: Pick<InboundPort, 'kind' | 'mode'>): boolean {
  return mode === 'PERMISSIVE' || kind === 'sniffed';
}

export function inboundChains(context: Context, port: InboundPort): readonly Chain[] {
  const { input } = context.world;
  const secured = (names: readonly string[]): TransportSocket => downstreamMutualTls(input, names);
  const http = (match: ChainMatch, socket?: TransportSocket): Chain =>
    chain(port, match, httpFilters(context, port), socket);
  const tcp = (match: ChainMatch, socket?: TransportSocket): Chain =>
    chain(
      port,
      match,
      [
        ...authorizationNetworkFilters(context, port.guard),
        tcpProxy(context, { inbound: true, statPrefix: port.cluster, targets: [{ cluster: port.cluster, weight: 1 }] }),
      ],
      socket,
    );
  const httpTls = secured(['h2', 'http/1.1']);
  const tcpTls = secured(['istio']);
  const all = [...meshTcpNames, ...meshHttpNames];
  const table: Record<InboundPort['kind'], Record<MutualTlsMode, () => readonly Chain[]>> = {
    http: {
      STRICT: () => [http({ transportProtocol: tls }, httpTls)],
      PERMISSIVE: () => [
        http({ transportProtocol: tls, applicationProtocols: all }, httpTls),
        http({ transportProtocol: plain }),
      ],
      DISABLE: () => [http({}, port.ownTls)],
    },
    tcp: {
      STRICT: () => [tcp({ transportProtocol: tls }, tcpTls)],
      PERMISSIVE: () => [
        tcp({ transportProtocol: tls, applicationProtocols: all }, tcpTls),
        tcp({ transportProtocol: tls }),
        tcp({ transportProtocol: plain }),
      ],
      DISABLE: () => [tcp({}, port.ownTls)],
    },
    sniffed: {
      STRICT: () => [
        http({ transportProtocol: tls, applicationProtocols: meshHttpNames }, httpTls),
        tcp({ transportProtocol: tls }, tcpTls),
      ],
      PERMISSIVE: () => [
        http({ transportProtocol: tls, applicationProtocols: meshHttpNames }, httpTls),
        http({ transportProtocol: plain, applicationProtocols: plainHttpNames }),
        tcp({ transportProtocol: tls, applicationProtocols: meshTcpNames }, tcpTls),
        tcp({ transportProtocol: plain }),
        tcp({ transportProtocol: tls }),
      ],
      DISABLE: () => [
        http({ transportProtocol: plain, applicationProtocols: plainHttpNames }),
        tcp({ transportProtocol: plain }),
        tcp({ transportProtocol: tls }),
      ],
    },
  };
  return table[port.kind][port.mode]();
}

function chain(
  { cluster, destinationPort }: InboundPort,
  match: ChainMatch,
  filters: Chain['filters'],
  transportSocket: TransportSocket | undefined,
): Chain {
  const place = destinationPort === undefined ? {} : { destinationPort: { value: destinationPort } };
  const whole: ChainMatch = { ...(destinationPort === undefined ? {} : { destinationPort }), ...match };
  const isEmpty = Object.keys({ ...place, ...match }).length === 0;
  return {
    name: cluster,
    filters,
    ...(isEmpty ? {} : { match: whole }),
    ...(transportSocket === undefined ? {} : { transportSocket }),
  };
}

function httpFilters(context: Context, { statPrefix, routes, guard }: InboundPort): Chain['filters'] {
  return [
    httpFilter(
      httpConnectionManager(context, {
        statPrefix,
        routes: inboundRoutes(context.world, routes),
        upgrades: ['websocket'],
        serverName: 'istio-envoy',
        side: 'inbound',
        guard,
      }),
    ),
  ];
}
