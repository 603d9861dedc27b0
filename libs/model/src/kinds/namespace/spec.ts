/** Kubernetes core/v1 Namespace: its labels and annotations are what is read. */

export interface NamespaceSpec {
  /** Of `status`; Active where absent. */
  readonly phase?: 'Active' | 'Terminating';
}
