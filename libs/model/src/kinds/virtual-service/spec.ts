/** networking.istio.io VirtualService. */

import type { HttpRule } from './http-spec.ts';

export interface VirtualServiceSpec {
  /** Empty for one that others delegate to. */
  readonly hosts: readonly string[];
  /** ["mesh"] where absent or empty. */
  readonly gateways: readonly string[];
  /** Empty where absent. */
  readonly http: readonly HttpRule[];
  /** Empty where absent. */
  readonly tls: readonly TlsRule[];
  /** Empty where absent. */
  readonly tcp: readonly TcpRule[];
  /** ".", "*", "~" or namespaces; absent: the mesh's default. */
  readonly exportTo?: readonly string[];
}

/** For connections that are not terminated: chosen by SNI. */
export interface TlsRule {
  readonly match: readonly TlsMatch[];
  readonly route: readonly RouteDestination[];
}

export interface TlsMatch extends TcpMatch {
  /** At least one; each equals a host of the VirtualService or lies within it. */
  readonly sniHosts: readonly string[];
}

export interface TcpRule {
  readonly match?: readonly TcpMatch[];
  readonly route: readonly RouteDestination[];
}

/** All conditions of one match hold together; matches of one rule are alternatives. */
export interface TcpMatch {
  /** IP addresses or CIDR blocks. */
  readonly destinationSubnets?: readonly string[];
  readonly port?: number;
  readonly sourceLabels?: Readonly<Record<string, string>>;
  /** As VirtualServiceSpec.gateways; those of the VirtualService where absent. */
  readonly gateways?: readonly string[];
  readonly sourceNamespace?: string;
}

export interface RouteDestination {
  readonly destination: Destination;
  /** Ignored for a single destination; 0 where absent among several. */
  readonly weight?: number;
}

export interface Destination {
  readonly host: string;
  readonly subset?: string;
  readonly port?: { readonly number: number };
}
