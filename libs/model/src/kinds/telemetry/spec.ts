/** telemetry.istio.io Telemetry: what of a workload's traffic is counted, traced and logged. */

import type { PolicyTarget } from '../policy-target.ts';

/** CLIENT: traffic that the workload sends; SERVER: traffic that it receives. */
export type TelemetryMode = 'CLIENT_AND_SERVER' | 'CLIENT' | 'SERVER';

export type IstioMetric =
  | 'ALL_METRICS'
  | 'REQUEST_COUNT'
  | 'REQUEST_DURATION'
  | 'REQUEST_SIZE'
  | 'RESPONSE_SIZE'
  | 'TCP_OPENED_CONNECTIONS'
  | 'TCP_CLOSED_CONNECTIONS'
  | 'TCP_SENT_BYTES'
  | 'TCP_RECEIVED_BYTES'
  | 'GRPC_REQUEST_MESSAGES'
  | 'GRPC_RESPONSE_MESSAGES';

export interface TelemetrySpec extends PolicyTarget {
  readonly metrics?: readonly TelemetryMetrics[];
  readonly tracing?: readonly TelemetryTracing[];
  readonly accessLogging?: readonly TelemetryAccessLogging[];
}

/** The name of one of the mesh configuration's extension providers. */
export interface TelemetryProvider {
  readonly name: string;
}

export interface TelemetryMetrics {
  readonly providers?: readonly TelemetryProvider[];
  readonly overrides?: readonly MetricsOverride[];
  readonly reportingIntervalMs?: number;
}

export interface MetricsOverride {
  /** All metrics, both sides, where absent. */
  readonly match?: {
    readonly metric?: IstioMetric;
    readonly customMetric?: string;
    readonly mode?: TelemetryMode;
  };
  readonly disabled?: boolean;
  readonly tagOverrides?: Readonly<Record<string, TagOverride>>;
}

export interface TagOverride {
  /** UPSERT where absent. */
  readonly operation?: 'UPSERT' | 'REMOVE';
  /** A CEL expression, for UPSERT alone. */
  readonly value?: string;
}

export interface TelemetryTracing {
  readonly match?: { readonly mode?: TelemetryMode };
  readonly providers?: readonly TelemetryProvider[];
  /** 0 to 100. */
  readonly randomSamplingPercentage?: number;
  readonly disableSpanReporting?: boolean;
  readonly customTags?: Readonly<Record<string, TracingTag>>;
  readonly useRequestIdForTraceSampling?: boolean;
  readonly enableIstioTags?: boolean;
  readonly disableContextPropagation?: boolean;
}

/** One of the four. */
export interface TracingTag {
  readonly literal?: { readonly value: string };
  readonly environment?: { readonly name: string; readonly defaultValue?: string };
  readonly header?: { readonly name: string; readonly defaultValue?: string };
  /** An access log format string. */
  readonly formatter?: { readonly value: string };
}

export interface TelemetryAccessLogging {
  readonly match?: { readonly mode?: TelemetryMode };
  readonly providers?: readonly TelemetryProvider[];
  readonly disabled?: boolean;
  /** A CEL expression. */
  readonly filter?: { readonly expression: string };
}
