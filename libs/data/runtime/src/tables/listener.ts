/** Listeners, their filter chains, and TCP. Part of the tables that requests run on: no request interprets xDS. */

import type { Provenance, Random } from '@weft/kernel';
import type { ConnectionInfo } from '../connection-info.ts';
import type { WorkloadLabels } from './cluster.ts';
import type { AccessLogTable, HttpHandlerTable, MetricChange } from './http-handler.ts';
import type { RouteTarget } from './route.ts';
import type { DownstreamTls } from './tls.ts';

export type Direction = 'inbound' | 'outbound' | 'gateway';

/** A listening socket and the chains that its connections take. */
export interface ListenerTable {
  readonly name: string;
  readonly bind: string;
  readonly port: number;
  /** False: it only takes connections that another listener hands over by original destination (use_original_dst). */
  readonly bindToPort: boolean;
  readonly direction: Direction;
  readonly from: Provenance;
  /** The proxy itself, for the labels of its metrics. */
  readonly workload: WorkloadLabels;
  /** Where policies of RBAC filters were written, by name. */
  readonly policies: ReadonlyMap<string, Provenance>;
  /** Hands connections to the listener of their original destination, where there is one. */
  readonly useOriginalDestination: boolean;
  /** original_dst: the address that the client wanted is read from the kernel. */
  readonly originalDestination: boolean;
  /** proxy_protocol: every connection begins with a PROXY header, or may (allow_requests_without_proxy_protocol). */
  readonly proxyProtocol: 'required' | 'optional' | undefined;
  /** tls_inspector, http_inspector: the first octets are looked at before a chain is chosen. */
  readonly inspectTls: boolean;
  readonly inspectHttp: boolean;
  /** filter_disabled of the two: connections to these ports (the original destination's) are not looked at; nothing: all are. */
  readonly skipTlsInspection: ((destinationPort: number) => boolean) | undefined;
  readonly skipHttpInspection: ((destinationPort: number) => boolean) | undefined;
  /** How long for listener filters; 0: for ever. `continueOnTimeout`: then a chain is chosen without. */
  readonly inspectTimeoutMs: number;
  readonly continueOnTimeout: boolean;
  /** Matched by Envoy's order of criteria. */
  readonly chains: readonly FilterChainTable[];
  readonly defaultChain: FilterChainTable | undefined;
  readonly connectionsMax: number;
  /** per_connection_buffer_limit_bytes: what waits for a slow peer before reading stops. */
  readonly bufferBytesMax: number;
  /** Of connections that no chain takes. */
  readonly accessLogs: readonly AccessLogTable[];
}

/** Where several are given one must hold; empty: any. */
export interface FilterChainMatch {
  readonly destinationPort: number | undefined;
  /** "10.0.0.0/8". */
  readonly destinationRanges: readonly string[];
  readonly sourceRanges: readonly string[];
  readonly directSourceRanges: readonly string[];
  readonly sourcePorts: readonly number[];
  readonly sourceType: 'any' | 'same-ip-or-loopback' | 'external';
  readonly serverNames: readonly string[];
  /** 'tls', 'raw_buffer', '' for any. */
  readonly transportProtocol: string;
  readonly applicationProtocols: readonly string[];
}

export interface FilterChainTable {
  readonly name: string;
  readonly from: Provenance;
  readonly match: FilterChainMatch;
  /** Nothing: plain text. */
  readonly tls: DownstreamTls | undefined;
  /** How long for the TLS handshake. */
  readonly handshakeTimeoutMs: number;
  /** network RBAC, connection limit, local rate limit, before the handler; in order. */
  readonly networkFilters: readonly NetworkFilter[];
  readonly handler: HttpHandlerTable | TcpHandlerTable;
}

/** What a network filter sees of a connection. */
export interface NetworkConnection {
  readonly connection: ConnectionInfo;
}

/** A filter of connections. */
export interface NetworkFilter {
  readonly name: string;
  /** Judged when the connection is secure (its identity is known) and before a byte goes on. @returns why it is closed; nothing: it goes on. */
  onConnection(
    connection: NetworkConnection,
  ): { readonly flag: string; readonly details: string; readonly reason: string } | undefined;
  onClose?(connection: NetworkConnection): void;
}

export interface TcpHandlerTable {
  readonly kind: 'tcp';
  readonly statPrefix: string;
  /** See HttpHandlerTable. */
  readonly metrics?: readonly MetricChange[] | undefined;
  /** One of the weighted ones. */
  pick(random: Random): RouteTarget;
  /** sni_cluster: the cluster that the SNI names (empty current: there is none such, NC), in place of `pick` where a client sent one. */
  readonly bySni: ((sni: string) => RouteTarget) | undefined;
  readonly targets: readonly RouteTarget[];
  readonly idleTimeoutMs: number;
  /** max_downstream_connection_duration; 0: none. */
  readonly durationMaxMs: number;
  readonly connectAttemptsMax: number;
  readonly hash: 'source-ip' | undefined;
  /** sni_dynamic names and tunnels: `tunneling_config` sends CONNECT to the upstream. */
  readonly tunnelHost: string | undefined;
  readonly accessLogs: readonly AccessLogTable[];
}
