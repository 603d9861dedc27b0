/** Whether and how a workload's requests are traced. */

import type { TelemetryTracing, TracingTag } from '../kinds/telemetry/spec.ts';
import type { MeshConfig } from '../mesh-config/spec.ts';
import type { Resource } from '../resource.ts';
import { isAbout, providerNames, type TrafficSide } from './scope.ts';

export interface EffectiveTracing {
  /** Name of an extension provider, which the mesh configuration need not have; absent: no spans. */
  readonly provider?: string;
  readonly disableSpanReporting: boolean;
  /** Percent; absent: `defaultConfig.tracing.sampling` decides, else 1. */
  readonly randomSamplingPercentage?: number;
  /** Absent: those of `defaultConfig.tracing`. */
  readonly customTags?: Readonly<Record<string, TracingTag>>;
  readonly useRequestIdForTraceSampling: boolean;
  readonly enableIstioTags: boolean;
  readonly disableContextPropagation: boolean;
  /** The narrowest that says something of this side. */
  readonly telemetry?: Resource<'Telemetry'>;
}

/**
 * Field by field, the narrower Telemetry wins; `customTags` as a whole.
 * @param telemetries of `selectTelemetries`.
 * @returns undefined where nobody says anything: then `defaultConfig.tracing` of the mesh configuration decides.
 */
export function mergeTracing(
  telemetries: readonly Resource<'Telemetry'>[],
  mesh: MeshConfig,
  side: TrafficSide,
): EffectiveTracing | undefined {
  const speaking = telemetries.filter(({ spec }) => (spec.tracing ?? []).length > 0);
  const [provider] = mesh.defaultProviders.tracing;
  if (speaking.length === 0 && provider === undefined) return undefined;
  let effective: EffectiveTracing = {
    ...(provider === undefined ? {} : { provider }),
    disableSpanReporting: false,
    useRequestIdForTraceSampling: true,
    enableIstioTags: mesh.defaultConfig.tracing.enableIstioTags,
    disableContextPropagation: false,
  };
  for (const telemetry of speaking) {
    for (const entry of telemetry.spec.tracing ?? []) {
      if (isAbout(entry.match, side)) effective = { ...effective, ...said(entry), telemetry };
    }
  }
  return effective;
}

function said({ match: _match, providers, ...fields }: TelemetryTracing): Partial<EffectiveTracing> {
  const [provider] = providerNames(providers);
  return provider === undefined ? fields : { ...fields, provider };
}
