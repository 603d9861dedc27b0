/** networking.istio.io DestinationRule, the fields that are done. */

export interface DestinationRuleSpec {
  readonly host: string;
  readonly trafficPolicy?: TrafficPolicy;
  readonly subsets?: readonly Subset[];
}

export interface Subset {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly trafficPolicy?: TrafficPolicy;
}

export interface TrafficPolicy {
  readonly loadBalancer?: { readonly simple?: SimpleLoadBalancer };
}

/** PASSTHROUGH is refused until there is capture; LEAST_CONN is LEAST_REQUEST by its old name. */
export type SimpleLoadBalancer = 'UNSPECIFIED' | 'LEAST_CONN' | 'LEAST_REQUEST' | 'ROUND_ROBIN' | 'RANDOM';
