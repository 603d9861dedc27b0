/**
 * The tables that requests run on: the contract between the compilation of xDS (this library, the one mutator)
 * and the request path (data/proxy, data/upstream), which only reads them. Everything that can be resolved per
 * configuration is resolved here: no request interprets xDS.
 */

import type { Provenance, Random } from '@weft/kernel';
import type { Counter, Histogram } from '@weft/telemetry';

/** What a matcher reads of a request. */
export interface RouteRequest {
  readonly method: string;
  /** Host or :authority as sent, lower case, with its port if it had one. */
  readonly authority: string;
  /** Path without query. */
  readonly path: string;
  /** Query without "?"; empty for none. */
  readonly query: string;
  /** @param name lower case. Several fields of one name come joined with ",". */
  header(name: string): string | undefined;
}

/** Applied in this order (Envoy's HeaderParser): remove, then set, then add. Names are lower case. */
export interface HeaderMutation {
  readonly remove: readonly string[];
  /** Flat name, value, name, value. */
  readonly set: readonly string[];
  readonly add: readonly string[];
}

export interface RouteTable {
  /** RDS name. */
  readonly name: string;
  /** The first route that matches; nothing when no virtual host or no route does. */
  match(request: RouteRequest): Route | undefined;
  /** The virtual host that takes this authority: for `explain`, and to say why no route does. */
  virtualHostOf(authority: string): VirtualHostOrigin | undefined;
}

export interface VirtualHostOrigin {
  readonly name: string;
  readonly from: Provenance;
}

/** A place whose content the mutator replaces while connections hold on to the place. */
export interface Ref<T> {
  readonly current: T;
}

export interface Route {
  /** For the access log's route_name; "default" where the configuration gives none. */
  readonly name: string;
  readonly from: Provenance;
  /** True for a route that takes CONNECT and makes a tunnel of it. */
  readonly connect: boolean;
  readonly requestHeaders: HeaderMutation | undefined;
  readonly responseHeaders: HeaderMutation | undefined;
  readonly action: ForwardAction | RedirectAction | DirectAction;
}

export interface ForwardAction {
  readonly kind: 'forward';
  /** One target of the weighted ones. */
  pick(random: Random): RouteTarget;
  /** All targets, for `explain`. */
  readonly targets: readonly RouteTarget[];
  /** 0: none. From the end of the request to the end of the answer. */
  readonly timeoutMs: number;
  /** New path for a matched one, query left alone; nothing: as it came. */
  readonly rewritePath: ((path: string) => string) | undefined;
  readonly rewriteAuthority: string | undefined;
}

export interface RouteTarget {
  /** Empty current: the cluster is not known (NC). */
  readonly cluster: Ref<Cluster | undefined>;
  readonly clusterName: string;
  readonly weight: number;
  readonly requestHeaders: HeaderMutation | undefined;
  readonly responseHeaders: HeaderMutation | undefined;
  readonly from: Provenance;
}

export interface RedirectAction {
  readonly kind: 'redirect';
  readonly status: number;
  /** The Location for a request. @param scheme of the downstream connection. */
  location(request: RouteRequest, scheme: 'http' | 'https'): string;
}

export interface DirectAction {
  readonly kind: 'direct';
  readonly status: number;
  readonly body: string;
}

/** One upstream cluster. It lives as long as its name does: updates change what it points to. */
export interface Cluster {
  readonly name: string;
  readonly from: Provenance;
  readonly connectTimeoutMs: number;
  /** 'http1' can carry requests; 'http2' can only be tunnelled by TCP and CONNECT until the codec is there. */
  readonly protocol: 'http1' | 'http2';
  /** Bounds; see `clusterLimits` for the defaults. */
  readonly limits: ClusterLimits;
  readonly endpoints: readonly Endpoint[];
  /** A healthy endpoint, by the cluster's policy; nothing: UH. */
  pick(): Endpoint | undefined;
  /** "payment.shop.svc.cluster.local", "payment", "shop": Istio's destination_service labels. */
  readonly service: { readonly host: string; readonly name: string; readonly namespace: string };
}

export interface ClusterLimits {
  readonly connectionsMax: number;
  readonly pendingRequestsMax: number;
  readonly requestsMax: number;
  /** Idle connections kept per endpoint. */
  readonly idleConnectionsMax: number;
  readonly idleTimeoutMs: number;
}

/** One endpoint. The same object lives on over updates that keep its address, so that pools and counts survive. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** "127.0.0.1:21003", made once. */
  readonly hostPort: string;
  readonly weight: number;
  readonly healthy: boolean;
  /** How to secure a connection; nothing: plain text. */
  readonly tls: UpstreamTls | undefined;
  readonly workload: WorkloadLabels;
  /** Requests (or TCP connections) in flight: written by the request path, read by the balancer. */
  active: number;
}

export interface UpstreamTls {
  readonly sni: string;
  readonly alpn: readonly string[];
  /** SPIFFE URIs of which the peer must show one; empty: any of the trust domain. */
  readonly expectedUris: readonly string[];
}

/** What Istio's labels say of a workload: "unknown" where nothing is known, revision "latest". */
export interface WorkloadLabels {
  readonly workload: string;
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
  readonly canonicalService: string;
  readonly canonicalRevision: string;
  readonly cluster: string;
}

export type Direction = 'inbound' | 'outbound' | 'gateway';

export interface ListenerTable {
  readonly name: string;
  readonly bind: string;
  readonly port: number;
  readonly direction: Direction;
  readonly from: Provenance;
  /** The proxy itself, for the labels of its metrics. */
  readonly workload: WorkloadLabels;
  /** Mutual TLS is demanded; nothing: plain text. */
  readonly tls: DownstreamTls | undefined;
  readonly handler: HttpHandlerTable | TcpHandlerTable;
}

export interface DownstreamTls {
  readonly alpn: readonly string[];
  readonly requireClientCertificate: boolean;
  /** A client's SPIFFE URI must start with one of these; empty: any. */
  readonly allowedUriPrefixes: readonly string[];
}

export interface HttpHandlerTable {
  readonly kind: 'http';
  readonly statPrefix: string;
  readonly routes: Ref<RouteTable | undefined>;
  /** Absolute-form targets are taken (an explicit proxy). */
  readonly allowAbsoluteUrl: boolean;
  readonly allowConnect: boolean;
  readonly allowWebsocket: boolean;
  readonly accessLog: boolean;
  /** Value of `server` on answers; nothing: the upstream's passes. */
  readonly serverName: string | undefined;
  readonly streamIdleTimeoutMs: number;
}

export interface TcpHandlerTable {
  readonly kind: 'tcp';
  readonly statPrefix: string;
  readonly target: RouteTarget;
  readonly idleTimeoutMs: number;
  readonly accessLog: boolean;
}

/** Metrics of one (reporter, peer, code, flag) combination, resolved once and kept by the request path. */
export interface RequestMetrics {
  readonly requests: Counter;
  readonly durationMs: Histogram;
  readonly requestBytes: Histogram;
  readonly responseBytes: Histogram;
}
