/** The part of MeshConfig that says how each proxy runs (`defaultConfig`), with its defaults. */

import type { TracingTag } from '../kinds/telemetry/spec.ts';

export interface ProxyConfigDefaults {
  /** Worker threads; 0: one for each core. Absent: as the proxy's own flag says. */
  readonly concurrency?: number;
  readonly holdApplicationUntilProxyStarts: boolean;
  readonly tracing: ProxyTracing;
  /** Environment of the proxy. */
  readonly proxyMetadata: Readonly<Record<string, string>>;
  /** How long a proxy that was told to end goes on serving what it has; 5 s where absent. */
  readonly terminationDrainDurationMs: number;
  /** How long connections of a listener that went away are kept; 45 s where absent. */
  readonly drainDurationMs: number;
  /** Metrics besides the usual ones. */
  readonly proxyStatsMatcher?: {
    readonly inclusionPrefixes?: readonly string[];
    readonly inclusionSuffixes?: readonly string[];
    readonly inclusionRegexps?: readonly string[];
  };
  readonly extraStatTags: readonly string[];
  readonly proxyHeaders: ProxyHeaders;
  readonly gatewayTopology: {
    /** Proxies before the gateway whose X-Forwarded-For is believed. */
    readonly numTrustedProxies: number;
    readonly forwardClientCertDetails: ForwardClientCertDetails;
  };
  readonly image?: { readonly imageType: string };
}

export type ForwardClientCertDetails =
  | 'UNDEFINED'
  | 'SANITIZE'
  | 'FORWARD_ONLY'
  | 'APPEND_FORWARD'
  | 'SANITIZE_SET'
  | 'ALWAYS_FORWARD_ONLY';

export interface ProxyTracing {
  /** "host:port" of a Zipkin collector, for a mesh without extension providers. */
  readonly zipkin?: { readonly address: string };
  /** Percent; 1 where absent. */
  readonly sampling?: number;
  readonly customTags?: Readonly<Record<string, TracingTag>>;
  /** 256 where absent. */
  readonly maxPathTagLength?: number;
  readonly enableIstioTags: boolean;
}

/** Headers that a proxy adds by itself; absent: as Istio does by default. */
export interface ProxyHeaders {
  readonly forwardedClientCert: ForwardClientCertDetails;
  readonly setCurrentClientCertDetails?: {
    readonly subject?: boolean;
    readonly cert?: boolean;
    readonly chain?: boolean;
    readonly dns?: boolean;
    readonly uri?: boolean;
  };
  readonly requestId?: { readonly disabled: boolean };
  readonly server?: { readonly disabled: boolean; readonly value?: string };
  readonly attemptCount?: { readonly disabled: boolean };
  readonly envoyDebugHeaders?: { readonly disabled: boolean };
  /** IN_MESH: between workloads of the mesh only. */
  readonly metadataExchangeHeaders?: { readonly mode: 'UNDEFINED' | 'IN_MESH' };
  readonly preserveHttp1HeaderCase?: boolean;
}
