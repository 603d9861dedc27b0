/**
 * The tables that requests run on: the contract between the compilation of xDS (this library, the one mutator)
 * and the request path (data/proxy, data/upstream), which only reads them. Everything that can be resolved per
 * configuration is resolved here: no request interprets xDS.
 */

import type { Provenance, Random } from '@weft/kernel';
import type { PickContext } from './balancer.ts';
import type { ClusterHealthView } from './clusters/cluster-health.ts';
import type { ConnectionInfo, Exchange, HttpFilter } from './filter.ts';

/** What a matcher reads of a request. */
export interface RouteRequest {
  readonly method: string;
  /** Host or :authority as sent, with its port if it had one; virtual hosts take it in any case. */
  readonly authority: string;
  /** Path without query. */
  readonly path: string;
  /** Query without "?"; empty for none. */
  readonly query: string;
  /** A "?" stood there, also when nothing followed it; where it is not given: the query is not empty. */
  readonly hasQuery?: boolean;
  readonly scheme: string;
  /** @param name lower case. Several fields of one name come joined with ",". */
  header(name: string): string | undefined;
  /** Where it is given: all fields as they came (flat, names in lower case), of which header matchers compare each for itself. */
  readonly fields?: readonly string[];
}

/** What route matchers read besides the request: an exchange is one. */
export interface RouteFacts {
  readonly connection: ConnectionInfo;
  readonly metadata: ReadonlyMap<string, Record<string, unknown>> | undefined;
}

/**
 * Changes to the fields of one head, in place; compiled once. Levels run in Envoy's order (weighted cluster, route, virtual host, table, or
 * the other way round with most_specific_header_mutations_wins). Values with command operators read the exchange.
 */
export type HeaderMutation = (fields: string[], exchange: Exchange) => void;

export interface RouteTable {
  /** RDS name. */
  readonly name: string;
  /**
   * The first route that matches; nothing when no virtual host or no route does.
   * @param facts the exchange; nothing (`explain`): a plain connection without dynamic metadata.
   * @param random for routes that take a share of requests; nothing: they take every one, where the share is over 0.
   */
  match(request: RouteRequest, facts?: RouteFacts, random?: Random): Route | undefined;
  /** internal_only_headers, lower case: taken off requests of clients that are not trusted (edge requests). */
  readonly internalOnlyHeaders: readonly string[];
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
  /** For the access log's route_name; empty where the configuration gives none. */
  readonly name: string;
  readonly from: Provenance;
  readonly virtualHost: VirtualHostOrigin;
  /** True for a route that takes CONNECT and makes a tunnel of it. */
  readonly connect: boolean;
  /** Includes what a weighted cluster says: the target's come with `RouteTarget`. */
  readonly requestHeaders: HeaderMutation | undefined;
  readonly responseHeaders: HeaderMutation | undefined;
  /** http_filters entry → compiled per-route configuration; nothing: none. */
  readonly filterConfigs: ReadonlyMap<string, unknown> | undefined;
  /** "reviews.default.svc.cluster.local:80/*": the span's operation; empty: none. */
  readonly operation: string;
  /** route.tracing; nothing: the listener's. Percentages. */
  readonly tracing: RouteTracing | undefined;
  readonly action: ForwardAction | RedirectAction | DirectAction;
}

export interface RouteTracing {
  readonly clientSampling: number;
  readonly randomSampling: number;
  readonly overallSampling: number;
}

export interface ForwardAction {
  readonly kind: 'forward';
  /** One target of the weighted ones, or the one that a header names. @returns nothing: the header is missing (NR-like 503, cluster_not_found). */
  pick(random: Random, request: RouteRequest): RouteTarget | undefined;
  /** All targets, for `explain`. */
  readonly targets: readonly RouteTarget[];
  /** 0: none. From the end of the request to the end of the answer. */
  readonly timeoutMs: number;
  /** route.idle_timeout: 0 none; undefined: the listener's. */
  readonly idleTimeoutMs: number | undefined;
  /** max_stream_duration; undefined: none said. `grpcMaxMs` undefined: grpc-timeout is not read; 0: it is taken as sent. */
  readonly maxDurationMs: number | undefined;
  readonly grpcMaxMs: number | undefined;
  /** max_stream_duration says so: grpc-timeout ends the stream, and is not the route's timeout (max_grpc_timeout). */
  readonly grpcLimitsStream?: boolean;
  readonly grpcOffsetMs: number;
  readonly retry: RetryPolicy | undefined;
  readonly mirrors: readonly MirrorPolicy[];
  /** Hash of the request for consistent-hash balancers; nothing: none. May note a cookie to set on the exchange's answer. */
  readonly hash: ((exchange: Exchange) => number | undefined) | undefined;
  readonly subset: Readonly<Record<string, string>> | undefined;
  readonly priority: 'default' | 'high';
  /** New path for a matched one, query left alone; nothing: as it came. */
  readonly rewritePath: ((path: string, exchange: Exchange) => string) | undefined;
  /** New authority; nothing: as it came. Auto host rewrite gives the endpoint's host name, known after balancing: `autoHostRewrite`. */
  readonly rewriteAuthority: ((exchange: Exchange) => string | undefined) | undefined;
  readonly autoHostRewrite: boolean;
  readonly appendForwardedHost: boolean;
  readonly internalRedirect: InternalRedirect | undefined;
  /** Upgrades that this route turns on or off, over the listener's: lower-case type → on. */
  readonly upgrades: ReadonlyMap<string, boolean> | undefined;
  /** rate_limits of route and virtual host as include_vh_rate_limits says; the rate-limit filters read them. */
  readonly rateLimits: readonly RateLimitRule[];
  /** The two apart, for RateLimitPerRoute.vh_rate_limits. */
  readonly routeRateLimits: readonly RateLimitRule[];
  readonly virtualHostRateLimits: readonly RateLimitRule[];
  /** per_request_buffer_limit_bytes: what is kept of a body for a retry, where less than the cluster's bound; nothing: the cluster's. */
  readonly bufferBytesMax: number | undefined;
  /** x-envoy-attempt-count on requests and on answers (include_request_attempt_count, include_attempt_count_in_response). */
  readonly attemptCountInRequest: boolean;
  readonly attemptCountInResponse: boolean;
  /** A CONNECT goes on to the endpoint as one (CONNECT without connect_config), and its answer to the client; else it ends here. */
  readonly forwardConnect?: boolean;
  /** Status for a cluster that does not exist: 503 unless said otherwise. */
  readonly clusterNotFoundStatus: number;
}

/** Envoy's RateLimit message, compiled. */
export interface RateLimitRule {
  readonly stage: number;
  readonly disableKey: string;
  /** Entries of the descriptor, flat key, value; nothing: an action has no value, so that this rule sends no descriptor. */
  descriptor(exchange: Exchange): readonly string[] | undefined;
  readonly hitsAddend: number | undefined;
}

/** Envoy's retry policy; the words of `retry_on` as bits of `retryOnBits`. */
export interface RetryPolicy {
  readonly on: number;
  readonly statusCodes: readonly number[];
  /** Of the answer; any that holds makes it retriable. */
  readonly responseHeaders: readonly ((fields: readonly string[]) => boolean)[];
  /** Of the request; where there are some, one must hold for any retry. */
  readonly requestHeaders: readonly ((request: RouteRequest) => boolean)[];
  /** Retries, not attempts. */
  readonly retriesMax: number;
  /** 0: none. */
  readonly perTryTimeoutMs: number;
  readonly perTryIdleTimeoutMs: number;
  readonly backOffBaseMs: number;
  readonly backOffMaxMs: number;
  /** rate_limited_retry_back_off: headers that say when, with the most that is waited. */
  readonly resetHeaders: readonly { readonly name: string; readonly format: 'seconds' | 'unix-timestamp' }[];
  readonly resetMaxMs: number;
  /** previous_hosts: another endpoint than those tried. */
  readonly avoidPrevious: boolean;
  readonly avoidTries: number;
  /** previous_priorities: not the priorities tried; 0: off. */
  readonly previousPrioritiesEvery: number;
}

export const retryOnBits = {
  serverError: 1,
  gatewayError: 2,
  reset: 4,
  resetBeforeRequest: 8,
  connectFailure: 16,
  envoyRatelimited: 32,
  retriable4xx: 64,
  refusedStream: 128,
  retriableStatusCodes: 256,
  retriableHeaders: 512,
  http3PostConnectFailure: 1_024,
  grpcCancelled: 2_048,
  grpcDeadlineExceeded: 4_096,
  grpcInternal: 8_192,
  grpcResourceExhausted: 16_384,
  grpcUnavailable: 32_768,
} as const;

export interface MirrorPolicy {
  /** Empty current: nothing is mirrored. */
  target(request: RouteRequest): RouteTarget | undefined;
  /** 0 to 1. */
  readonly share: number;
  /** "-shadow" is not added to the host. */
  readonly keepHost: boolean;
  /** trace_sampled; nothing: as the request is. */
  readonly traceSampled: boolean | undefined;
}

export interface InternalRedirect {
  readonly redirectsMax: number;
  readonly statusCodes: readonly number[];
  readonly allowCrossScheme: boolean;
  /** Predicate safe_cross_scheme: a request that came in the clear is not sent to https. */
  readonly safeCrossScheme: boolean;
  /** Names in lower case, of fields that the request takes from the redirect; what that does not have is taken off. */
  readonly fieldsToCopy: readonly string[];
}

export interface RouteTarget {
  /** Empty current: the cluster is not known (NC). */
  readonly cluster: Ref<Cluster | undefined>;
  readonly clusterName: string;
  readonly weight: number;
  readonly requestHeaders: HeaderMutation | undefined;
  readonly responseHeaders: HeaderMutation | undefined;
  /** host_rewrite_literal of a weighted cluster. */
  readonly rewriteAuthority: string | undefined;
  readonly filterConfigs: ReadonlyMap<string, unknown> | undefined;
  readonly subset: Readonly<Record<string, string>> | undefined;
  readonly from: Provenance;
}

export interface RedirectAction {
  readonly kind: 'redirect';
  readonly status: number;
  /** The Location for a request. */
  location(exchange: Exchange): string;
}

export interface DirectAction {
  readonly kind: 'direct';
  readonly status: number;
  readonly body: string;
  /** Instead of `body`: what is no text. */
  readonly octets?: Buffer;
}

/** How an attempt at an endpoint ended; for outlier detection, peak EWMA and failure accrual. */
export interface AttemptOutcome {
  /** HTTP status of the endpoint's answer, the gRPC status mapped to one for gRPC; 0: there was none. */
  readonly status: number;
  readonly grpcStatus: number | undefined;
  /** Of this proxy's own making: no connection, no answer in time, the connection broke; nothing: the endpoint answered. */
  readonly local: 'connect-failed' | 'timeout' | 'reset' | undefined;
  /** From the request's last octet to the head of the answer, or to the failure. */
  readonly latencyMs: number;
  readonly fields: readonly string[];
}

/** Envoy's circuit breaker thresholds of one priority, and what counts against them. Written by the request path. */
export interface Breaker {
  readonly connectionsMax: number;
  readonly pendingMax: number;
  readonly requestsMax: number;
  readonly retriesMax: number;
  /** Instead of `retriesMax`: retries as a share (percent) of what is active and pending, and a number always allowed. */
  readonly retryBudget: { readonly percent: number; readonly minimum: number } | undefined;
  /** Counters that live as long as the cluster. */
  readonly used: { connections: number; pending: number; requests: number; retries: number };
}

/** One upstream cluster. It lives as long as its name does: updates change what it points to. */
export interface Cluster {
  readonly name: string;
  readonly from: Provenance;
  readonly connectTimeoutMs: number;
  readonly http: UpstreamHttp;
  /** The PROXY protocol header that a connection begins with. */
  readonly proxyProtocol: 1 | 2 | undefined;
  readonly breakers: { readonly default: Breaker; readonly high: Breaker };
  readonly limits: ClusterLimits;
  readonly endpoints: readonly Endpoint[];
  /** By the cluster's policy; nothing: UH. @param context only where the request has one. */
  pick(context?: PickContext): Endpoint | undefined;
  /** ORIGINAL_DST clusters: the endpoint of an address that a client wanted; nothing: not such a cluster, or no room. */
  readonly originalDestination: ((address: string) => Endpoint | undefined) | undefined;
  /** Nothing: nobody wants to hear of attempts. */
  readonly observe: ((endpoint: Endpoint, outcome: AttemptOutcome) => void) | undefined;
  /** For /clusters, /stats and `explain`; nothing: nobody keeps the health of the endpoints. */
  readonly health?: ClusterHealthView | undefined;
  /** "payment.shop.svc.cluster.local", "payment", "shop": Istio's destination_service labels. */
  readonly service: { readonly host: string; readonly name: string; readonly namespace: string };
}

/** How HTTP is spoken to a cluster (HttpProtocolOptions). */
export interface UpstreamHttp {
  /** 'downstream': as the request came; 'auto': what ALPN says. */
  readonly protocol: 'http1' | 'http2' | 'auto' | 'downstream';
  /** Between Weft sidecars HTTP/1.1 requests may travel over HTTP/2 (ALPN "weft-h2"); false: DO_NOT_UPGRADE. */
  readonly multiplex: boolean;
  /** enable_trailers: trailers of HTTP/1 endpoints are taken and sent; else dropped, as Envoy does. */
  readonly http1Trailers?: boolean;
  /** Streams that one HTTP/2 connection is given. */
  readonly streamsMax: number;
  /** HTTP/2 PING after so much silence, and how long for the answer; 0: none. */
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  /** 0: no limit. */
  readonly maxStreamDurationMs: number;
}

export interface ClusterLimits {
  /** Idle connections kept per endpoint. */
  readonly idleConnectionsMax: number;
  /** common_http_protocol_options.idle_timeout; 0: never. */
  readonly idleTimeoutMs: number;
  /** 0: no limit. */
  readonly requestsPerConnectionMax: number;
  readonly connectionDurationMaxMs: number;
  /** per_connection_buffer_limit_bytes: also what is kept of a body for a retry. */
  readonly bufferBytesMax: number;
}

/** One endpoint. The same object lives on over updates that keep its address, so that pools and counts survive. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** "127.0.0.1:21003", made once. */
  readonly hostPort: string;
  /** For auto_host_rewrite, SNI and health checks; empty: none. */
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  /** "region/zone/sub_zone", made once: key of locality weights. */
  readonly locality: string;
  readonly localityWeight: number;
  /** `envoy.lb` metadata, for subsets. */
  readonly lbMetadata: Readonly<Record<string, string>>;
  /** What EDS and active checks say, outlier ejection apart. */
  readonly healthy: boolean;
  /** EDS DEGRADED, or x-envoy-degraded: used where the healthy ones do not suffice. */
  readonly degraded: boolean;
  /** Outlier detection or failure accrual has put it aside. */
  readonly ejected: boolean;
  /** When it came, or came back to health: slow start counts from here. Monotonic. */
  readonly healthySinceMs: number;
  /** How to secure a connection; nothing: plain text. */
  readonly tls: UpstreamTls | undefined;
  readonly workload: WorkloadLabels;
  /** Requests (or TCP connections) in flight: written by the request path, read by the balancer. */
  active: number;
}

/** Files or secrets by name: resolved by the TLS library when a connection is made. */
export interface TlsMaterialRef {
  /** Secret with certificate and key: "default" is this proxy's own; nothing: none is shown. */
  readonly certificate: string | undefined;
  /** Secret with the roots; nothing: the system's where `verify` says so. */
  readonly roots: string | undefined;
}

/** A secret by its name; PEM texts. A change is a new object, so that contexts may be kept by identity. Never logged. */
export type TlsSecret =
  | {
      readonly kind: 'certificate';
      /** Leaf first, then intermediates. */
      readonly certChainPem: string;
      readonly privateKeyPem: string;
      /** Of the key; empty: it has none. */
      readonly password: string;
    }
  | {
      readonly kind: 'roots';
      /** One or more roots. */
      readonly rootsPem: string;
      /** Revocation lists that a chain is judged by; empty: none. */
      readonly crlPem: string;
    };

export interface SanMatcher {
  readonly type: 'uri' | 'dns' | 'ip' | 'email';
  matches(value: string): boolean;
  /** For messages and for `explain`: "exact spiffe://…". */
  readonly text: string;
}

export interface UpstreamTls extends TlsMaterialRef {
  /** 'mesh': SPIFFE identities of the trust domain; 'public': names as RFC 6125; 'none': the peer is not verified. */
  readonly verify: 'mesh' | 'public' | 'none';
  /** Empty: none, or the request's (`autoSni`). */
  readonly sni: string;
  /** SNI is the request's host (auto_sni), and a name of it is checked (auto_san_validation). */
  readonly autoSni: boolean;
  readonly autoSan: boolean;
  readonly alpn: readonly string[];
  /** SPIFFE URIs of which the peer must show one; empty: any of the trust domain. */
  readonly expectedUris: readonly string[];
  /** Any one of them must hold, where there are some; for 'public'. */
  readonly sans: readonly SanMatcher[];
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL's list for TLS 1.2; empty: the default. */
  readonly ciphers: string;
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

export interface DownstreamTls extends TlsMaterialRef {
  readonly alpn: readonly string[];
  /** 'mesh': a SPIFFE identity; 'public': any that the roots vouch for; 'none': not asked for. */
  readonly clientCertificate: 'mesh' | 'public' | 'none';
  /** Without it a client without a certificate is taken (OPTIONAL_MUTUAL). */
  readonly requireClientCertificate: boolean;
  /** A client's SPIFFE URI must start with one of these; empty: any. */
  readonly allowedUriPrefixes: readonly string[];
  readonly sans: readonly SanMatcher[];
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL's list; empty: the default. */
  readonly ciphers: string;
  /** disable_stateless_session_resumption, disable_stateful_session_resumption: both false where sessions may be resumed. */
  readonly sessionTickets: boolean;
  /** session_timeout; 0: the TLS library's own. */
  readonly sessionLifeSeconds: number;
}

/** HTTP/2 as a listener speaks it; 0: the codec's own default. */
export interface DownstreamHttp2 {
  readonly initialStreamWindow: number;
  readonly initialConnectionWindow: number;
  /** A PING after so much silence, and how long for the answer; 0: none. */
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  /** RFC 8441. */
  readonly extendedConnect: boolean;
}

export interface HttpHandlerTable {
  readonly kind: 'http';
  readonly statPrefix: string;
  readonly codec: 'auto' | 'http1' | 'http2';
  readonly routes: Ref<RouteTable | undefined>;
  /** In the order of http_filters, the router left out. */
  readonly filters: readonly HttpFilter[];
  /** Absolute-form targets are taken (an explicit proxy). */
  readonly allowAbsoluteUrl: boolean;
  /** HTTP/1.0 requests are served (accept_http_10); the host for those without one. */
  readonly acceptHttp10: boolean;
  readonly defaultHost: string;
  /** http_protocol_options.enable_trailers: trailers of HTTP/1 clients are taken and sent; else dropped, as Envoy does. */
  readonly http1Trailers?: boolean;
  readonly allowConnect: boolean;
  /** Lower-case upgrade types that pass: "websocket". */
  readonly upgrades: ReadonlySet<string>;
  readonly accessLogs: readonly AccessLogTable[];
  /** Value of `server` on answers; nothing: the upstream's passes. 'append': only where there is none. */
  readonly serverName: string | undefined;
  readonly serverNameMode: 'overwrite' | 'append' | 'pass';
  /** Empty: no Via. */
  readonly via: string;
  readonly streamIdleTimeoutMs: number;
  /** common_http_protocol_options and the manager's own; 0: none. */
  readonly idleTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly requestHeadersTimeoutMs: number;
  readonly maxStreamDurationMs: number;
  readonly connectionDurationMaxMs: number;
  readonly requestsPerConnectionMax: number;
  readonly drainTimeoutMs: number;
  readonly delayedCloseTimeoutMs: number;
  readonly headBytesMax: number;
  readonly headFieldsMax: number;
  readonly concurrentStreamsMax: number;
  readonly http2: DownstreamHttp2;
  /** scheme_header_transformation: "http" or "https" whatever came; empty: as it came. */
  readonly schemeOverwrite: string;
  /** x-forwarded-port is added where there is none. */
  readonly appendForwardedPort: boolean;
  /** Names with "_": taken, or the request refused, or the field dropped. */
  readonly underscores: 'allow' | 'reject' | 'drop';
  readonly address: DownstreamAddressing;
  readonly path: PathNormalization;
  readonly requestId: {
    readonly generate: boolean;
    readonly preserveExternal: boolean;
    readonly alwaysSetInResponse: boolean;
    readonly packTraceReason: boolean;
    readonly useForTraceSampling: boolean;
  };
  readonly clientCert: ForwardClientCert;
  readonly tracing: TracingTable | undefined;
  /** strip_any_host_port, strip_matching_host_port. */
  readonly stripPort: 'none' | 'any' | 'matching';
  readonly stripTrailingHostDot: boolean;
  /** local_reply_config; nothing: answers made here go as they are. */
  readonly localReply?: LocalReply | undefined;
  /** x-envoy-… fields of answers and requests are not added (suppress_envoy_headers of the router). */
  readonly suppressEnvoyHeaders: boolean;
  readonly proxy100Continue: boolean;
  readonly mostSpecificMutationsWin: boolean;
}

/** Changes answers that are made here. */
export interface LocalReply {
  /** Writes to `status` and `responseFields` of the exchange. @returns the body, and its type where a format gives one; else empty. */
  apply(exchange: Exchange, body: string | Buffer): { readonly body: string | Buffer; readonly contentType: string };
}

/** use_remote_address and its company. */
export interface DownstreamAddressing {
  readonly useRemoteAddress: boolean;
  readonly trustedHops: number;
  readonly skipXffAppend: boolean;
  readonly internalRanges: readonly string[];
}

export interface PathNormalization {
  readonly normalize: boolean;
  readonly mergeSlashes: boolean;
  readonly escapedSlashes: 'keep' | 'reject' | 'unescape-redirect' | 'unescape-forward';
}

export interface ForwardClientCert {
  readonly mode: 'sanitize' | 'forward-only' | 'append-forward' | 'sanitize-set' | 'always-forward-only';
  readonly subject: boolean;
  readonly cert: boolean;
  readonly chain: boolean;
  readonly dns: boolean;
  readonly uri: boolean;
}

/** Opaque to the tables: compiled by the telemetry plugs of data/filters. */
export interface AccessLogTable {
  readonly kind: string;
  /** Whether a line is due. */
  wants(exchange: Exchange): boolean;
  /** One line with its end. */
  line(exchange: Exchange): string;
  /** "/dev/stdout" or what the configuration says; the sidecar's own flag may override it. */
  readonly path: string;
}

export interface TracingTable {
  readonly clientSampling: number;
  readonly randomSampling: number;
  readonly overallSampling: number;
  readonly verbose: boolean;
  readonly maxPathTagLength: number;
  readonly spawnUpstreamSpan: boolean;
  readonly customTags: readonly { readonly name: string; value(exchange: Exchange): string | undefined }[];
  readonly provider:
    | {
        readonly kind: 'otlp' | 'zipkin';
        readonly cluster: Ref<Cluster | undefined>;
        readonly target: string;
        readonly authority: string;
        readonly serviceName: string;
        readonly propagation: 'w3c' | 'b3';
        readonly timeoutMs: number;
        readonly traceId128Bit: boolean;
        readonly sharedSpanContext: boolean;
      }
    | undefined;
}

export interface TcpHandlerTable {
  readonly kind: 'tcp';
  readonly statPrefix: string;
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
