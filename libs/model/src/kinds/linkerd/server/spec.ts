/** policy.linkerd.io Server: a port of some pods whose callers need leave. */

import type { LabelSelector } from '../../label-selector.ts';

export interface ServerSpec {
  readonly podSelector?: LabelSelector;
  readonly externalWorkloadSelector?: LabelSelector;
  /** Of the pod, by number or name. */
  readonly port: number | string;
  /** "unknown" (detected) where absent. */
  readonly proxyProtocol?: ProxyProtocol;
  /** What holds for callers that no policy names; "deny" where absent. */
  readonly accessPolicy?: AccessPolicy;
}

export type ProxyProtocol = 'unknown' | 'HTTP/1' | 'HTTP/2' | 'gRPC' | 'opaque' | 'TLS';

export type AccessPolicy =
  | 'all-unauthenticated'
  | 'all-authenticated'
  | 'cluster-unauthenticated'
  | 'cluster-authenticated'
  | 'deny'
  | 'audit';
