/** split.smi-spec.io TrafficSplit. */

export interface TrafficSplitSpec {
  /** The service that callers name, of the same namespace, where a full name is taken too; one of another namespace: the split is not used. */
  readonly service: string;
  readonly backends: readonly { readonly service: string; readonly weight: number }[];
}
