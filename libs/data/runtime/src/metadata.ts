/** What resources carry in their metadata: where they came from, and what Istio's labels need. */

import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Provenance } from '@weft/kernel';
import type { Metadata } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { Cluster, WorkloadLabels } from './tables/cluster.ts';
import type { MetricChange } from './tables/http-handler.ts';

export const unknownWorkload: WorkloadLabels = {
  workload: 'unknown',
  namespace: 'unknown',
  app: 'unknown',
  version: 'unknown',
  canonicalService: 'unknown',
  canonicalRevision: 'latest',
  cluster: 'unknown',
};

const nowhere: Provenance = { resource: '', file: '', line: 0, rule: 'the resource does not say where it is from' };

/** `filter_metadata["weft"]`; a built-in provenance where there is none. */
export function provenanceOf(metadata: Metadata | undefined): Provenance {
  return provenanceFrom(metadata?.filterMetadata['weft']) ?? nowhere;
}

/** `filter_metadata["weft"].targets`, same order as the weighted clusters; `from` for those that are missing. */
export function targetProvenances(metadata: Metadata | undefined, from: Provenance, count: number): Provenance[] {
  const targets = metadata?.filterMetadata['weft']?.['targets'];
  const listed = Array.isArray(targets) ? targets : [];
  return Array.from({ length: count }, (_, index) => provenanceFrom(asObject(listed[index])) ?? from);
}

/** `filter_metadata["weft"].workload` of a listener: the proxy itself. */
export function ownWorkload(metadata: Metadata | undefined): WorkloadLabels {
  const given = asObject(metadata?.filterMetadata['weft']?.['workload']);
  if (given === undefined) return unknownWorkload;
  const read = (key: keyof WorkloadLabels): string => textOf(given[key]) || unknownWorkload[key];
  return {
    workload: read('workload'),
    namespace: read('namespace'),
    app: read('app'),
    version: read('version'),
    canonicalService: read('canonicalService'),
    canonicalRevision: read('canonicalRevision'),
    cluster: read('cluster'),
  };
}

/** `filter_metadata["weft"].policies` of a listener: where each policy of RBAC filters was written, by its name. */
export function policyProvenances(metadata: Metadata | undefined): ReadonlyMap<string, Provenance> {
  const given = asObject(metadata?.filterMetadata['weft']?.['policies']) ?? {};
  const found = new Map<string, Provenance>();
  for (const [name, value] of Object.entries(given)) {
    const from = provenanceFrom(asObject(value));
    if (from !== undefined) found.set(name, from);
  }
  return found;
}

/** `filter_metadata["weft"].metrics` of a filter chain: Istio's stats.MetricConfig, what differs from its standard metrics. */
export function metricChanges(metadata: Metadata | undefined): readonly MetricChange[] {
  const given = metadata?.filterMetadata['weft']?.['metrics'];
  if (!Array.isArray(given)) return [];
  return given.flatMap((item) => {
    const change = asObject(item);
    if (change === undefined) return [];
    const removed = change['tags_to_remove'];
    return {
      name: textOf(change['name']),
      drop: change['drop'] === true,
      remove: Array.isArray(removed) ? removed.map(textOf) : [],
      set: Object.entries(asObject(change['dimensions']) ?? {}).map(([name, value]) => [name, textOf(value)] as const),
    };
  });
}

/** How long a gRPC call's own deadline may be, milliseconds, 0 for any; undefined: its deadline is not looked at. */
export function grpcDeadlineMax(metadata: Metadata | undefined): number | undefined {
  const given = metadata?.filterMetadata['weft']?.['grpc_deadline_max_ms'];
  return typeof given === 'number' && given >= 0 ? given : undefined;
}

/** `filter_metadata["istio"].workload` of an endpoint: "name;namespace;canonical service;canonical revision;cluster". */
export function endpointWorkload(metadata: Metadata | undefined): WorkloadLabels {
  const text = textOf(metadata?.filterMetadata['istio']?.['workload']);
  if (text === '') return unknownWorkload;
  const [workload, namespace, canonicalService, canonicalRevision, cluster] = text.split(';');
  return {
    workload: workload || 'unknown',
    namespace: namespace || 'unknown',
    app: canonicalService || 'unknown',
    version: canonicalRevision || 'unknown',
    canonicalService: canonicalService || 'unknown',
    canonicalRevision: canonicalRevision || 'latest',
    cluster: cluster || 'unknown',
  };
}

/** `filter_metadata["istio"].services[0]` of a cluster; else what the cluster's own name says. */
export function clusterService(name: string, metadata: Metadata | undefined): Cluster['service'] {
  const services = metadata?.filterMetadata['istio']?.['services'];
  const first = asObject(Array.isArray(services) ? services[0] : undefined);
  const host = textOf(first?.['host']);
  if (host !== '') return { host, name: textOf(first?.['name']), namespace: textOf(first?.['namespace']) };
  const named = name.includes('|') ? (name.split('|')[3] ?? '') : '';
  return { host: named, name: name.includes('|') ? named : name, namespace: 'unknown' };
}

function provenanceFrom(given: JsonObject | undefined): Provenance | undefined {
  if (given === undefined) return undefined;
  const line = given['line'];
  return {
    resource: textOf(given['resource']),
    file: textOf(given['file']),
    line: typeof line === 'number' ? line : 0,
    rule: textOf(given['rule']),
  };
}

function asObject(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
