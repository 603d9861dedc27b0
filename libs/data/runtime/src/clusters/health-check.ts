/** Active health checks as data: another part runs them. */

import type { HealthCheck } from '@weft/xds-messages/envoy/config/core/v3/health_check';
import { refuse } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';

/** One probe of a cluster's endpoints. */
export interface HealthProbe {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Wait before the first probe. */
  readonly initialDelayMs: number;
  /** Failures in a row that make unhealthy. */
  readonly unhealthyThreshold: number;
  /** Successes in a row that make healthy. */
  readonly healthyThreshold: number;
  readonly check:
    | {
        readonly kind: 'http';
        readonly host: string;
        readonly path: string;
        /** Flat name, value, name, value. */
        readonly headers: readonly string[];
      }
    | { readonly kind: 'tcp' }
    | { readonly kind: 'grpc'; readonly service: string; readonly authority: string };
}

const leastIntervalMs = 10;

export function compileHealthCheck(check: HealthCheck, where: string): HealthProbe {
  const intervalMs = milliseconds(check.interval, 0);
  const timeoutMs = milliseconds(check.timeout, 0);
  if (intervalMs < leastIntervalMs) refuse(where, `health_checks.interval must be ${leastIntervalMs} ms or more`);
  if (timeoutMs <= 0) refuse(where, 'health_checks.timeout must be over 0');
  return {
    intervalMs,
    timeoutMs,
    initialDelayMs: milliseconds(check.initialJitter, 0),
    unhealthyThreshold: check.unhealthyThreshold ?? 1,
    healthyThreshold: check.healthyThreshold ?? 1,
    check: compileChecker(check, where),
  };
}

function compileChecker(check: HealthCheck, where: string): HealthProbe['check'] {
  const checker = check.healthChecker;
  switch (checker.case) {
    case 'httpHealthCheck': {
      const headers = checker.value.requestHeadersToAdd.flatMap((option) => [
        option.header?.key ?? '',
        option.header?.value ?? '',
      ]);
      return { kind: 'http', host: checker.value.host, path: checker.value.path, headers };
    }
    case 'tcpHealthCheck':
      return { kind: 'tcp' };
    case 'grpcHealthCheck':
      return { kind: 'grpc', service: checker.value.serviceName, authority: checker.value.authority };
    default:
      return refuse(where, 'health_checks has no checker');
  }
}
