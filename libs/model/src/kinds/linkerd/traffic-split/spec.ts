/** split.smi-spec.io TrafficSplit. */

export interface TrafficSplitSpec {
  /** The service that callers name, of the same namespace; a full name is taken too. */
  readonly service: string;
  readonly backends: readonly { readonly service: string; readonly weight: number }[];
}
