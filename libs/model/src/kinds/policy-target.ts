/** What a policy of Istio is about: workloads by label, or objects by reference. */

/** Workloads that carry all of these labels; without labels: all of the policy's namespace, and of the mesh in the root namespace. */
export interface WorkloadSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** An object of the policy's own namespace: a Gateway or GatewayClass (Gateway API), a Service or a ServiceEntry. */
export interface PolicyTargetReference {
  /** Empty or "core" for Service. */
  readonly group?: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** At most one of `selector` and the references; `targetRef` is the older form of a list of one. */
export interface PolicyTarget {
  readonly selector?: WorkloadSelector;
  readonly targetRef?: PolicyTargetReference;
  readonly targetRefs?: readonly PolicyTargetReference[];
}
