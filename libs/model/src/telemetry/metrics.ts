/** What a workload counts, and with which tags. */

import type { IstioMetric, MetricsOverride } from '../kinds/telemetry/spec.ts';
import type { MeshConfig } from '../mesh-config/spec.ts';
import type { Resource } from '../resource.ts';
import { isAbout, providerNames, type TrafficSide } from './scope.ts';

export interface MetricTag {
  readonly name: string;
  /** A CEL expression; absent: the tag is taken away. */
  readonly value?: string;
}

export interface MetricChange {
  /** An `IstioMetric` but ALL_METRICS, or the name of a custom one. */
  readonly metric: string;
  readonly disabled: boolean;
  /** By name. */
  readonly tags: readonly MetricTag[];
}

export interface MetricsOfProvider {
  /** Name of an extension provider, which the mesh configuration need not have. */
  readonly provider: string;
  readonly reportingIntervalMs?: number;
  /** By metric; what is not listed is as Istio has it. */
  readonly changes: readonly MetricChange[];
}

export const istioMetrics: readonly Exclude<IstioMetric, 'ALL_METRICS'>[] = [
  'GRPC_REQUEST_MESSAGES',
  'GRPC_RESPONSE_MESSAGES',
  'REQUEST_COUNT',
  'REQUEST_DURATION',
  'REQUEST_SIZE',
  'RESPONSE_SIZE',
  'TCP_CLOSED_CONNECTIONS',
  'TCP_OPENED_CONNECTIONS',
  'TCP_RECEIVED_BYTES',
  'TCP_SENT_BYTES',
];

interface Draft {
  off: boolean;
  intervalMs?: number;
  readonly metrics: Map<string, { disabled: boolean; readonly tags: Map<string, MetricTag> }>;
}

/**
 * Overrides are laid on one another in their order, the wider Telemetry's first; the narrowest list of providers is the one in force.
 * "ALL_METRICS disabled" takes the provider away until a later override asks for something of it.
 * @param telemetries of `selectTelemetries`.
 */
export function mergeMetrics(
  telemetries: readonly Resource<'Telemetry'>[],
  mesh: MeshConfig,
  side: TrafficSide,
): MetricsOfProvider[] {
  const entries = telemetries.flatMap(({ spec }) => spec.metrics ?? []);
  let inForce: readonly string[] = mesh.defaultProviders.metrics;
  for (const { providers } of entries) if ((providers ?? []).length > 0) inForce = providerNames(providers);
  const drafts = new Map<string, Draft>();
  if (entries.length === 0) for (const name of inForce) drafts.set(name, { off: false, metrics: new Map() });
  let inherited: readonly string[] = mesh.defaultProviders.metrics;
  for (const { providers, overrides = [], reportingIntervalMs } of entries) {
    if ((providers ?? []).length > 0) inherited = providerNames(providers);
    for (const name of inherited.filter((candidate) => inForce.includes(candidate))) {
      const draft: Draft = drafts.get(name) ?? { off: false, metrics: new Map() };
      drafts.set(name, draft);
      if (reportingIntervalMs !== undefined) draft.intervalMs = reportingIntervalMs;
      for (const override of overrides) apply(override, draft, side);
    }
  }
  return [...drafts].flatMap(([provider, draft]) => (draft.off ? [] : [finished(provider, draft)]));
}

function apply(override: MetricsOverride, draft: Draft, side: TrafficSide): void {
  const { match, disabled, tagOverrides = {} } = override;
  if (!isAbout(match, side)) return;
  const everything = match?.customMetric === undefined && (match?.metric ?? 'ALL_METRICS') === 'ALL_METRICS';
  draft.off = everything && disabled === true;
  if (draft.off) return;
  const named = match?.customMetric ?? match?.metric ?? 'ALL_METRICS';
  for (const metric of everything ? istioMetrics : [named]) {
    const change = draft.metrics.get(metric) ?? { disabled: false, tags: new Map() };
    draft.metrics.set(metric, change);
    if (disabled !== undefined) change.disabled = disabled;
    for (const [name, { operation = 'UPSERT', value = '' }] of Object.entries(tagOverrides)) {
      change.tags.set(name, operation === 'REMOVE' ? { name } : { name, value });
    }
  }
}

function finished(provider: string, { intervalMs, metrics }: Draft): MetricsOfProvider {
  const changes = [...metrics]
    .map(([metric, { disabled, tags }]) => ({ metric, disabled, tags: [...tags.values()].sort(by('name')) }))
    .sort(by('metric'));
  return { provider, changes, ...(intervalMs === undefined ? {} : { reportingIntervalMs: intervalMs }) };
}

function by<K extends string>(key: K) {
  return (a: Readonly<Record<K, string>>, b: Readonly<Record<K, string>>): number => (a[key] < b[key] ? -1 : 1);
}
