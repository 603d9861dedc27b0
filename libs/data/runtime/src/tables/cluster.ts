/** Clusters and their endpoints, and what counts against their bounds. Part of the tables that requests run on: no request interprets xDS. */

import type { Provenance } from '@weft/kernel';
import type { PickContext } from '../balancer.ts';
import type { ClusterHealthView } from '../clusters/cluster-health.ts';
import type { UpstreamTls } from './tls.ts';

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
  /** What is against it, as Envoy's /clusters names it ("/failed_eds_health"); empty: nothing. */
  readonly healthFlags: string;
  /** For /clusters; they live as long as it does. */
  readonly counts: EndpointCounts;
}

/** Written where connections are made and lent, and where attempts end. */
export interface EndpointCounts {
  /** Open and being opened. */
  connections: number;
  /** Ever begun. */
  connectionsTotal: number;
  connectFailures: number;
  /** Requests (or TCP connections) that it was given. */
  requestsTotal: number;
  /** Requests that wait for a connection. */
  pending: number;
  /** Attempts of HTTP that it answered, below 500 or with such a gRPC status; the others that it had a part in; those it was too slow for, of them. */
  requestSuccesses: number;
  requestErrors: number;
  requestTimeouts: number;
}

export function emptyCounts(): EndpointCounts {
  return {
    ...{ connections: 0, connectionsTotal: 0, connectFailures: 0, requestsTotal: 0, pending: 0 },
    ...{ requestSuccesses: 0, requestErrors: 0, requestTimeouts: 0 },
  };
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
