/** Routes, compiled: what requests are matched by and what becomes of them. Part of the tables that requests run on: no request interprets xDS. */

import type { Provenance, Random } from '@weft/kernel';
import type { ConnectionInfo } from '../connection-info.ts';
import type { DynamicMetadata, Exchange } from '../exchange.ts';
import type { Cluster } from './cluster.ts';

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
  readonly metadata: DynamicMetadata | undefined;
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
  /** Entries of the descriptor, flat key, value; nothing: an action has no value, so that this rule sends no descriptor. */
  descriptor(exchange: Exchange): readonly string[] | undefined;
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
