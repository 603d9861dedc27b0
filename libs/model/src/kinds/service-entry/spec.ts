/** networking.istio.io ServiceEntry. */

import type { WorkloadEntrySpec } from '../workload-entry/spec.ts';

export interface ServiceEntrySpec {
  readonly hosts: readonly string[];
  /** IP addresses or CIDR blocks. */
  readonly addresses?: readonly string[];
  /** Empty where absent. */
  readonly ports: readonly ServiceEntryPort[];
  /** MESH_EXTERNAL where absent. */
  readonly location: 'MESH_EXTERNAL' | 'MESH_INTERNAL';
  /** NONE where absent. */
  readonly resolution: ServiceEntryResolution;
  readonly endpoints?: readonly WorkloadEntrySpec[];
  /** Empty labels: every workload of the namespace. */
  readonly workloadSelector?: { readonly labels: Readonly<Record<string, string>> };
  /** ".", "*", "~" or namespaces; absent: the mesh's default. */
  readonly exportTo?: readonly string[];
  /** The server's certificate must have one of them. */
  readonly subjectAltNames?: readonly string[];
}

/** DNS_ROUND_ROBIN (LOGICAL_DNS): one address at a time. DYNAMIC_DNS is refused by name. */
export type ServiceEntryResolution = 'NONE' | 'STATIC' | 'DNS' | 'DNS_ROUND_ROBIN';

export interface ServiceEntryPort {
  readonly number: number;
  /** HTTP, HTTPS, GRPC, GRPC-WEB, HTTP2, TCP, TLS, MONGO, MYSQL, REDIS; upper case; empty where absent. */
  readonly protocol: string;
  readonly name: string;
  readonly targetPort?: number;
}
