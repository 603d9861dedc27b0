/** Limits of a DestinationRule: connection pools, outlier detection, retry budget. 0 means absent unless said otherwise. */

export interface ConnectionPool {
  readonly tcp?: TcpPool;
  readonly http?: HttpPool;
}

export interface TcpPool {
  readonly maxConnections?: number;
  readonly connectTimeoutMs?: number;
  readonly tcpKeepalive?: {
    readonly probes?: number;
    readonly timeMs?: number;
    readonly intervalMs?: number;
  };
  readonly maxConnectionDurationMs?: number;
  /** 0: none. */
  readonly idleTimeoutMs?: number;
}

export interface HttpPool {
  readonly http1MaxPendingRequests?: number;
  readonly http2MaxRequests?: number;
  readonly maxRequestsPerConnection?: number;
  readonly maxRetries?: number;
  readonly idleTimeoutMs?: number;
  readonly h2UpgradePolicy?: 'DEFAULT' | 'DO_NOT_UPGRADE' | 'UPGRADE';
  readonly useClientProtocol?: boolean;
  readonly maxConcurrentStreams?: number;
}

export interface OutlierDetection {
  /** 0 switches it off; 5 where absent. */
  readonly consecutive5xxErrors?: number;
  /** 0, or absent: off. */
  readonly consecutiveGatewayErrors?: number;
  readonly splitExternalLocalOriginErrors?: boolean;
  /** 5 where absent. */
  readonly consecutiveLocalOriginFailures?: number;
  /** 10 s where absent. */
  readonly intervalMs?: number;
  /** 30 s where absent. */
  readonly baseEjectionTimeMs?: number;
  /** 10 where absent or 0. */
  readonly maxEjectionPercent?: number;
  readonly minHealthPercent?: number;
}

/** Replaces `maxRetries`. */
export interface RetryBudget {
  /** Of the active requests, 0 to 100; 20 where absent. */
  readonly percent?: number;
  /** 3 where absent. */
  readonly minRetryConcurrency?: number;
  readonly budgetIntervalMs?: number;
}
