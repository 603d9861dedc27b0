/** Istio's label names, and their values for one pair of workloads. */

import type { WorkloadLabels } from '@weft/data-runtime';

export const tcpLabelNames = [
  'reporter',
  'source_workload',
  'source_canonical_service',
  'source_canonical_revision',
  'source_workload_namespace',
  'source_principal',
  'source_app',
  'source_version',
  'source_cluster',
  'destination_workload',
  'destination_workload_namespace',
  'destination_principal',
  'destination_app',
  'destination_version',
  'destination_service',
  'destination_canonical_service',
  'destination_canonical_revision',
  'destination_service_name',
  'destination_service_namespace',
  'destination_cluster',
  'request_protocol',
  'response_flags',
  'connection_security_policy',
] as const;

export const httpLabelNames = [...tcpLabelNames, 'response_code', 'grpc_response_status'] as const;

export interface PairLabels {
  readonly reporter: 'source' | 'destination';
  readonly source: WorkloadLabels;
  readonly sourcePrincipal: string | undefined;
  readonly destination: WorkloadLabels;
  readonly destinationPrincipal: string | undefined;
  readonly service: { readonly host: string; readonly name: string; readonly namespace: string };
  readonly protocol: 'http' | 'grpc' | 'tcp';
  readonly flag: string;
  readonly security: 'unknown' | 'mutual_tls' | 'none';
}

/** Values in the order of `tcpLabelNames`. */
export function tcpLabelValues(pair: PairLabels): string[] {
  const { source, destination, service } = pair;
  return [
    pair.reporter,
    source.workload,
    source.canonicalService,
    source.canonicalRevision,
    source.namespace,
    pair.sourcePrincipal ?? 'unknown',
    source.app,
    source.version,
    source.cluster,
    destination.workload,
    destination.namespace,
    pair.destinationPrincipal ?? 'unknown',
    destination.app,
    destination.version,
    orUnknown(service.host),
    destination.canonicalService,
    destination.canonicalRevision,
    orUnknown(service.name),
    orUnknown(service.namespace),
    destination.cluster,
    pair.protocol,
    pair.flag,
    pair.security,
  ];
}

function orUnknown(value: string): string {
  return value === '' ? 'unknown' : value;
}
