/** The services that a mesh leans on for decisions, metrics, logs and spans, by name. */

/** Exactly one of the fields besides `name`. */
export interface ExtensionProvider {
  readonly name: string;
  readonly envoyExtAuthzHttp?: ExtAuthzHttpProvider;
  readonly envoyExtAuthzGrpc?: ExtAuthzGrpcProvider;
  readonly prometheus?: Readonly<Record<string, never>>;
  readonly envoyFileAccessLog?: FileAccessLogProvider;
  readonly zipkin?: ZipkinProvider;
  readonly opentelemetry?: OpenTelemetryProvider;
  readonly envoyHttpAls?: HttpAccessLogProvider;
  readonly envoyTcpAls?: GrpcAccessLogProvider;
  readonly envoyOtelAls?: OtelAccessLogProvider;
}

export interface ProviderService {
  /** "host", or "namespace/host" where the host alone is not unique. */
  readonly service: string;
  readonly port: number;
}

export interface ExtAuthzProvider extends ProviderService {
  /** 600 s where absent. */
  readonly timeoutMs?: number;
  /** false where absent: a check that fails refuses the request. */
  readonly failOpen?: boolean;
  /** 403 where absent. */
  readonly statusOnError?: number;
  readonly includeRequestBodyInCheck?: {
    readonly maxRequestBytes: number;
    readonly allowPartialMessage?: boolean;
    readonly packAsBytes?: boolean;
  };
  readonly clearRouteCache?: boolean;
}

export type ExtAuthzGrpcProvider = ExtAuthzProvider;

/** Lists of header names: exact, "x*" or "*x". */
export interface ExtAuthzHttpProvider extends ExtAuthzProvider {
  readonly pathPrefix?: string;
  /** The older `includeHeadersInCheck` is taken for this where this is absent. */
  readonly includeRequestHeadersInCheck?: readonly string[];
  readonly includeAdditionalHeadersInCheck?: Readonly<Record<string, string>>;
  readonly headersToUpstreamOnAllow?: readonly string[];
  readonly headersToDownstreamOnDeny?: readonly string[];
  readonly headersToDownstreamOnAllow?: readonly string[];
}

/** A JSON value of `labels`: strings are format strings. */
export type LogLabel = string | number | boolean | null | readonly LogLabel[] | { readonly [key: string]: LogLabel };
export type LogLabels = Readonly<Record<string, LogLabel>>;

export interface FileAccessLogProvider {
  /** "/dev/stdout" where absent. */
  readonly path?: string;
  /** One of the two; absent: Istio's text. `labels: {}` is Istio's JSON. */
  readonly logFormat?: { readonly text?: string; readonly labels?: LogLabels };
  readonly omitEmptyValues?: boolean;
}

/** Accesses are streamed to it (envoy.service.accesslog.v3). */
export interface GrpcAccessLogProvider extends ProviderService {
  /** "tcp_envoy_accesslog" where absent, of requests "http_envoy_accesslog". */
  readonly logName?: string;
  readonly filterStateObjectsToLog?: readonly string[];
}

export interface HttpAccessLogProvider extends GrpcAccessLogProvider {
  readonly additionalRequestHeadersToLog?: readonly string[];
  readonly additionalResponseHeadersToLog?: readonly string[];
  readonly additionalResponseTrailersToLog?: readonly string[];
}

export interface OtelAccessLogProvider extends ProviderService {
  /** "otel_envoy_accesslog" where absent. */
  readonly logName?: string;
  readonly logFormat?: { readonly text?: string; readonly labels?: LogLabels };
}

export interface ZipkinProvider extends ProviderService {
  readonly maxTagLength?: number;
  readonly enable64bitTraceId?: boolean;
  /** "/api/v2/spans" where absent. */
  readonly path?: string;
  /** USE_B3 where absent. */
  readonly traceContextOption?: 'USE_B3' | 'USE_B3_WITH_W3C_PROPAGATION';
}

export interface ProviderHeader {
  readonly name: string;
  readonly value: string;
}

export interface OpenTelemetryProvider extends ProviderService {
  readonly maxTagLength?: number;
  /** Spans go by HTTP; by gRPC where absent. */
  readonly http?: { readonly path: string; readonly timeoutMs?: number; readonly headers?: readonly ProviderHeader[] };
  readonly grpc?: { readonly timeoutMs?: number; readonly initialMetadata?: readonly ProviderHeader[] };
  readonly resourceDetectors?: {
    readonly environment?: Readonly<Record<string, never>>;
    readonly dynatrace?: Readonly<Record<string, never>>;
  };
}
