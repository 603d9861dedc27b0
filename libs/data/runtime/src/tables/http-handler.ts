/** The HTTP connection manager of a filter chain. Part of the tables that requests run on: no request interprets xDS. */

import type { Exchange } from '../exchange.ts';
import type { HttpFilter } from '../filter.ts';
import type { Cluster } from './cluster.ts';
import type { Ref, RouteTable } from './route.ts';

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

/** How one of Istio's metrics differs from its standard form. */
export interface MetricChange {
  /** "requests_total", without "istio_". */
  readonly name: string;
  readonly drop: boolean;
  /** Labels that it does not have. */
  readonly remove: readonly string[];
  /** Labels and the CEL expressions that give them. */
  readonly set: readonly (readonly [label: string, expression: string])[];
}

export interface HttpHandlerTable {
  readonly kind: 'http';
  readonly statPrefix: string;
  /** Nothing, as without any: Istio's standard metrics. */
  readonly metrics?: readonly MetricChange[] | undefined;
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
  /** From the GOAWAY that announces the end to the one that makes it so. */
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
        /** More fields of an export, flat, names in lower case. */
        readonly fields: readonly string[];
        /** Spans travel as a gRPC call. */
        readonly grpc: boolean;
        readonly propagation: 'w3c' | 'b3';
        readonly timeoutMs: number;
        readonly traceId128Bit: boolean;
        readonly sharedSpanContext: boolean;
      }
    | undefined;
}
