/** A status condition of Kubernetes. */

/** Without the times and the generation, which the writer of the status knows. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}
