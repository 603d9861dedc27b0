/** networking.istio.io DestinationRule. */

import type { ConnectionPool, OutlierDetection, RetryBudget } from './circuit-spec.ts';
import type { LoadBalancer } from './load-balancer-spec.ts';

export interface DestinationRuleSpec {
  readonly host: string;
  readonly trafficPolicy?: TrafficPolicy;
  readonly subsets?: readonly Subset[];
  /** ".", "*", "~" or namespaces; absent: the mesh's default. */
  readonly exportTo?: readonly string[];
  /** Clients that it is for; absent: all. */
  readonly workloadSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
}

export interface Subset {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly trafficPolicy?: TrafficPolicy;
}

export interface TrafficPolicy extends PortPolicy {
  readonly portLevelSettings?: readonly PortTrafficPolicy[];
  readonly tunnel?: Tunnel;
  readonly proxyProtocol?: { readonly version: 'V1' | 'V2' };
  readonly retryBudget?: RetryBudget;
}

/** What may be said for a port as well; there it replaces all four, absent ones falling to the defaults. */
export interface PortPolicy {
  readonly loadBalancer?: LoadBalancer;
  readonly connectionPool?: ConnectionPool;
  readonly outlierDetection?: OutlierDetection;
  readonly tls?: ClientTls;
}

export interface PortTrafficPolicy extends PortPolicy {
  readonly port: { readonly number: number };
}

/** TLS towards the destination. */
export interface ClientTls {
  /** DISABLE where absent. */
  readonly mode: 'DISABLE' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL';
  /** Files of the proxy. */
  readonly clientCertificate?: string;
  readonly privateKey?: string;
  readonly caCertificates?: string;
  readonly caCrl?: string;
  /** Name of a Secret with key, certificate and CA. */
  readonly credentialName?: string;
  readonly subjectAltNames?: readonly string[];
  readonly sni?: string;
  readonly insecureSkipVerify?: boolean;
}

/** TCP through a forward proxy. */
export interface Tunnel {
  /** CONNECT where absent. */
  readonly protocol: 'CONNECT' | 'POST';
  readonly targetHost: string;
  readonly targetPort: number;
}
