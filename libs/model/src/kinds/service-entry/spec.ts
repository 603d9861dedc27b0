/** networking.istio.io ServiceEntry. */

import type { WorkloadEntrySpec } from '../workload-entry/spec.ts';

export interface ServiceEntrySpec {
  readonly hosts: readonly string[];
  readonly addresses?: readonly string[];
  readonly ports: readonly ServiceEntryPort[];
  /** MESH_EXTERNAL where absent. */
  readonly location: 'MESH_EXTERNAL' | 'MESH_INTERNAL';
  readonly resolution: 'NONE' | 'STATIC' | 'DNS';
  readonly endpoints?: readonly WorkloadEntrySpec[];
  readonly workloadSelector?: { readonly labels: Readonly<Record<string, string>> };
}

export interface ServiceEntryPort {
  readonly number: number;
  /** HTTP, HTTPS, GRPC, HTTP2, TCP, TLS; upper case. */
  readonly protocol: string;
  readonly name: string;
  readonly targetPort?: number;
}
