/** linkerd.io ServiceProfile: routes, retries and classes of responses of the service that its name says ("order.shop.svc.cluster.local"). */

export interface ServiceProfileSpec {
  /** The first whose condition holds counts. */
  readonly routes?: readonly ProfileRoute[];
  readonly retryBudget?: ProfileRetryBudget;
  /** Takes the place of all other traffic splits. */
  readonly dstOverrides?: readonly WeightedDestination[];
  readonly opaquePorts?: readonly string[];
}

export interface ProfileRoute {
  readonly name: string;
  readonly condition: RequestMatch;
  /** The first whose condition holds counts; none: gRPC status, then 5xx. */
  readonly responseClasses?: readonly ResponseClass[];
  readonly isRetryable?: boolean;
  /** Of all tries together; 10 s where absent. */
  readonly timeoutMs?: number;
}

/** The fields that are given hold together. */
export interface RequestMatch {
  /** RE2 over the whole path. */
  readonly pathRegex?: string;
  readonly method?: string;
  readonly all?: readonly RequestMatch[];
  readonly any?: readonly RequestMatch[];
  readonly not?: RequestMatch;
}

export interface ResponseClass {
  readonly condition: ResponseMatch;
  readonly isFailure?: boolean;
}

export interface ResponseMatch {
  /** Both ends belong to it; one that is absent is the other. */
  readonly status?: { readonly min?: number; readonly max?: number };
  readonly all?: readonly ResponseMatch[];
  readonly any?: readonly ResponseMatch[];
  readonly not?: ResponseMatch;
}

/** Where the profile gives none: 0.2, 10, 10 s. */
export interface ProfileRetryBudget {
  readonly retryRatio: number;
  readonly minRetriesPerSecond: number;
  /** A proxy takes 1 s to 60 s; outside of it there are no retries. */
  readonly ttlMs: number;
}

export interface WeightedDestination {
  /** "order-v2.shop.svc.cluster.local:8080"; the port of the request where it gives none. */
  readonly authority: string;
  readonly weight: number;
}
