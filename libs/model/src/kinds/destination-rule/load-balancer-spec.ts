/** How a DestinationRule spreads requests over endpoints. Deprecated spellings are already turned into today's. */

export interface LoadBalancer {
  /** Never beside `consistentHash`. */
  readonly simple?: SimpleLoadBalancer;
  readonly consistentHash?: ConsistentHash;
  readonly localityLbSetting?: LocalityLoadBalancing;
  readonly warmup?: Warmup;
}

/** LEAST_CONN is LEAST_REQUEST by its old name; PASSTHROUGH sends to the address that the caller asked for. */
export type SimpleLoadBalancer =
  | 'UNSPECIFIED'
  | 'LEAST_CONN'
  | 'LEAST_REQUEST'
  | 'ROUND_ROBIN'
  | 'RANDOM'
  | 'PASSTHROUGH';

/** One of the four keys; a ring where neither `ringHash` nor `maglev` is given. */
export interface ConsistentHash {
  readonly httpHeaderName?: string;
  readonly httpCookie?: HashCookie;
  readonly useSourceIp?: boolean;
  readonly httpQueryParameterName?: string;
  /** 1024 where absent. */
  readonly ringHash?: { readonly minimumRingSize?: number };
  /** A prime number; 65537 where absent. */
  readonly maglev?: { readonly tableSize?: number };
}

export interface HashCookie {
  readonly name: string;
  readonly path?: string;
  /** 0: a session cookie. Absent: no cookie is made, only a present one is hashed. */
  readonly ttlMs?: number;
  readonly attributes?: readonly { readonly name: string; readonly value?: string }[];
}

/** Replaces the mesh's setting wholesale. At most one of distribute, failover; failoverPriority may stand beside failover. */
export interface LocalityLoadBalancing {
  /** True where absent. */
  readonly enabled?: boolean;
  readonly distribute?: readonly {
    /** "region/zone/subzone", with "*" as last part. */
    readonly from: string;
    /** Locality → percent; the sum is 100. */
    readonly to: Readonly<Record<string, number>>;
  }[];
  /** Regions. */
  readonly failover?: readonly { readonly from: string; readonly to: string }[];
  /** "label" or "label=value", the most important first. */
  readonly failoverPriority?: readonly string[];
}

/** Slow start of new endpoints; ROUND_ROBIN and LEAST_REQUEST only. */
export interface Warmup {
  readonly durationMs: number;
  /** Of the full weight, at the start; 10 where absent. */
  readonly minimumPercent?: number;
  /** 1 where absent: linear. */
  readonly aggression?: number;
}
