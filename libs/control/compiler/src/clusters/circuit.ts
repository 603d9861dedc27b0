/** Limits of a cluster: circuit breakers, the life of connections, and when an endpoint is put out. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { ConnectionPool, MeshConfig, OutlierDetection, TrafficPolicy } from '@weft/model';
import {
  type CircuitBreakers,
  CircuitBreakersSchema,
} from '@weft/xds-messages/envoy/config/cluster/v3/circuit_breaker';
import type { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import {
  type OutlierDetection as EnvoyOutlierDetection,
  OutlierDetectionSchema,
} from '@weft/xds-messages/envoy/config/cluster/v3/outlier_detection';
import { duration } from '../messages/core.ts';

/** Istio's defaults: no limit but what the field holds. */
const unlimited = 4_294_967_295;
const retryBudgetDefaults = { percent: 20, minRetryConcurrency: 3 };

/** 0 counts as not said. */
export function circuitBreakers(policy: Pick<TrafficPolicy, 'connectionPool' | 'retryBudget'>): CircuitBreakers {
  const { tcp, http } = policy.connectionPool ?? {};
  const budget = policy.retryBudget;
  return create(CircuitBreakersSchema, {
    thresholds: [
      {
        maxConnections: tcp?.maxConnections || unlimited,
        maxPendingRequests: http?.http1MaxPendingRequests || unlimited,
        maxRequests: http?.http2MaxRequests || unlimited,
        maxRetries: http?.maxRetries || unlimited,
        trackRemaining: true,
        ...(budget === undefined
          ? {}
          : {
              retryBudget: {
                budgetPercent: { value: budget.percent ?? retryBudgetDefaults.percent },
                minRetryConcurrency: budget.minRetryConcurrency ?? retryBudgetDefaults.minRetryConcurrency,
              },
            }),
      },
    ],
  });
}

/** A proxyless gRPC client knows one limit. */
export function grpcCircuitBreakers(pool: ConnectionPool | undefined): CircuitBreakers | undefined {
  const maxRequests = pool?.http?.http2MaxRequests || 0;
  return maxRequests === 0 ? undefined : create(CircuitBreakersSchema, { thresholds: [{ maxRequests }] });
}

/** Success rates never put an endpoint out, as in Istio: only what is counted in a row. */
export function outlierDetection(rules: OutlierDetection): EnvoyOutlierDetection {
  const { consecutive5xxErrors, consecutiveGatewayErrors, consecutiveLocalOriginFailures } = rules;
  const split = rules.splitExternalLocalOriginErrors === true;
  return create(OutlierDetectionSchema, {
    enforcingSuccessRate: 0,
    ...(consecutive5xxErrors === undefined
      ? {}
      : { consecutive5xx: consecutive5xxErrors, enforcingConsecutive5xx: consecutive5xxErrors > 0 ? 100 : 0 }),
    ...(consecutiveGatewayErrors === undefined
      ? {}
      : {
          consecutiveGatewayFailure: consecutiveGatewayErrors,
          enforcingConsecutiveGatewayFailure: consecutiveGatewayErrors > 0 ? 100 : 0,
        }),
    ...ejection(rules),
    ...(split ? { splitExternalLocalOriginErrors: true, enforcingLocalOriginSuccessRate: 0 } : {}),
    ...(split && (consecutiveLocalOriginFailures ?? 0) > 0
      ? {
          consecutiveLocalOriginFailure: consecutiveLocalOriginFailures as number,
          enforcingConsecutiveLocalOriginFailure: 100,
        }
      : {}),
  });
}

/**
 * gRPC counts percentages and not runs (gRFC A50): an endpoint whose calls nearly all fail is put out, once it had as many in an interval as
 * the rule lets fail in a row.
 */
export function grpcOutlierDetection(rules: OutlierDetection): EnvoyOutlierDetection {
  const volume = rules.consecutive5xxErrors ?? rules.consecutiveGatewayErrors ?? grpcFailureVolume;
  return create(OutlierDetectionSchema, {
    ...ejection(rules),
    enforcingSuccessRate: 0,
    enforcingFailurePercentage: volume > 0 ? 100 : 0,
    failurePercentageThreshold: 85,
    failurePercentageMinimumHosts: 1,
    failurePercentageRequestVolume: volume,
  });
}

const grpcFailureVolume = 5;

function ejection(rules: OutlierDetection): MessageInitShape<typeof OutlierDetectionSchema> {
  const { intervalMs, baseEjectionTimeMs, maxEjectionPercent } = rules;
  return {
    ...(intervalMs === undefined ? {} : { interval: duration(intervalMs) }),
    ...(baseEjectionTimeMs === undefined ? {} : { baseEjectionTime: duration(baseEjectionTimeMs) }),
    ...((maxEjectionPercent ?? 0) > 0 ? { maxEjectionPercent: maxEjectionPercent as number } : {}),
  };
}

type ConnectionOptions = Pick<
  Exclude<MessageInitShape<typeof ClusterSchema>, { $typeName: string }>,
  'upstreamConnectionOptions'
>;

/** Probes of silent connections, of the rule, else of the mesh. */
export function keepalive(pool: ConnectionPool | undefined, mesh: MeshConfig): ConnectionOptions {
  const wanted = pool?.tcp?.tcpKeepalive ?? mesh.tcpKeepalive;
  if (wanted === undefined) return {};
  const { probes, timeMs, intervalMs } = wanted;
  return {
    upstreamConnectionOptions: {
      tcpKeepalive: {
        ...(probes ? { keepaliveProbes: probes } : {}),
        ...(timeMs ? { keepaliveTime: Math.max(1, Math.round(timeMs / 1000)) } : {}),
        ...(intervalMs ? { keepaliveInterval: Math.max(1, Math.round(intervalMs / 1000)) } : {}),
      },
    },
  };
}
