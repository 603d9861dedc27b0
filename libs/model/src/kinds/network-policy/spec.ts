/** Kubernetes networking.k8s.io/v1 NetworkPolicy. The mesh does not enforce it; it explains which of its flows one cuts. */

import type { LabelSelector } from '../label-selector.ts';

export interface NetworkPolicySpec {
  /** Pods of its namespace; empty: all. */
  readonly podSelector: LabelSelector;
  /** Where absent: Ingress always, Egress if `egress` has rules. */
  readonly policyTypes?: readonly ('Ingress' | 'Egress')[];
  /** A direction that is governed and has no rule lets nothing through. */
  readonly ingress?: readonly NetworkPolicyRule[];
  readonly egress?: readonly NetworkPolicyRule[];
}

export interface NetworkPolicyRule {
  /** `from` or `to`; absent or empty: everyone. */
  readonly peers?: readonly NetworkPolicyPeer[];
  /** Absent or empty: every port. */
  readonly ports?: readonly NetworkPolicyPort[];
}

/** Both selectors together: those pods in those namespaces. */
export interface NetworkPolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface NetworkPolicyPort {
  /** TCP where absent. */
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
  /** Of the pod, by number or name; absent: all. */
  readonly port?: number | string;
  readonly endPort?: number;
}
