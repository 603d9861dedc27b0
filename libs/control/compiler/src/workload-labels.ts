/** What Istio's metrics and logs call a workload, from its labels. */

import type { JsonObject } from '@bufbuild/protobuf';
import { clusterId } from './names.ts';

type Labels = Readonly<Record<string, string>>;

/** "service.istio.io/canonical-name", else the app label, else the workload's own name. */
export function canonicalService(labels: Labels, workloadName: string): string {
  return labels['service.istio.io/canonical-name'] ?? labels['app.kubernetes.io/name'] ?? labels.app ?? workloadName;
}

/** "service.istio.io/canonical-revision", else the version label, else "latest". */
export function canonicalRevision(labels: Labels): string {
  return (
    labels['service.istio.io/canonical-revision'] ?? labels['app.kubernetes.io/version'] ?? labels.version ?? 'latest'
  );
}

/** "name;namespace;canonical service;canonical revision;cluster": Istio's metadata of an endpoint. */
export function endpointWorkload(labels: Labels, workloadName: string, namespace: string): string {
  return [workloadName, namespace, canonicalService(labels, workloadName), canonicalRevision(labels), clusterId].join(
    ';',
  );
}

/** The proxy's own workload, for the "weft" metadata of its listeners. */
export function ownWorkload(labels: Labels, workloadName: string, namespace: string): JsonObject {
  return {
    app: labels.app ?? 'unknown',
    canonicalRevision: canonicalRevision(labels),
    canonicalService: canonicalService(labels, workloadName),
    cluster: clusterId,
    namespace,
    version: labels.version ?? 'unknown',
    workload: workloadName,
  };
}
