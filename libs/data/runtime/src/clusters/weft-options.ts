/** What `filter_metadata["weft"]` of a cluster says beyond Envoy's API: Linkerd's balancer and failure accrual, and no upgrade to HTTP/2. */

import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Metadata } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { BalancingPolicy } from '../balancer.ts';
import { refuse } from '../check/refuse.ts';

/** Linkerd's "consecutive" failure accrual. */
export interface FailureAccrualSpec {
  /** Failures in a row that shut an endpoint off. */
  readonly failuresMax: number;
  readonly backOffMinMs: number;
  readonly backOffMaxMs: number;
  /** Share of the back-off that chance adds at most: 0.5 is half. */
  readonly jitter: number;
}

export interface WeftOptions {
  /** Instead of lb_policy; nothing: what Envoy's fields say. */
  readonly policy: BalancingPolicy | undefined;
  readonly failureAccrual: FailureAccrualSpec | undefined;
  /** False: HTTP/1.1 requests are not multiplexed over HTTP/2 between sidecars. */
  readonly h2Upgrade: boolean;
}

/** See docs/reference/weft-metadata.md. @throws WeftError `config_rejected` */
export function compileWeftOptions(metadata: Metadata | undefined, where: string): WeftOptions {
  const weft = metadata?.filterMetadata['weft'] ?? {};
  const at = `${where}: metadata weft`;
  return {
    policy: compilePolicy(weft, at),
    failureAccrual: compileAccrual(weft['failure_accrual'], at),
    h2Upgrade: weft['h2_upgrade'] !== false,
  };
}

function compilePolicy(weft: JsonObject, where: string): BalancingPolicy | undefined {
  const name = weft['load_balancer'];
  if (name === undefined) return undefined;
  if (name !== 'PEAK_EWMA') return refuse(where, `load_balancer ${JSON.stringify(name)} is not supported`);
  const options = objectOf(weft['peak_ewma'], `${where}.peak_ewma`);
  checkKeys(options, ['decay_ms', 'default_rtt_ms'], `${where}.peak_ewma`);
  return {
    kind: 'peak-ewma',
    decayMs: numberOf(options, 'decay_ms', 10_000, 1, where),
    defaultRttMs: numberOf(options, 'default_rtt_ms', 30, 0, where),
  };
}

function compileAccrual(given: JsonValue | undefined, where: string): FailureAccrualSpec | undefined {
  if (given === undefined) return undefined;
  const at = `${where}.failure_accrual`;
  const options = objectOf(given, at);
  checkKeys(options, ['max_failures', 'min_backoff_ms', 'max_backoff_ms', 'jitter'], at);
  const backOffMinMs = numberOf(options, 'min_backoff_ms', 1_000, 1, at);
  const backOffMaxMs = numberOf(options, 'max_backoff_ms', 60_000, 1, at);
  if (backOffMaxMs < backOffMinMs) refuse(at, 'max_backoff_ms must not be less than min_backoff_ms');
  return {
    failuresMax: numberOf(options, 'max_failures', 7, 1, at),
    backOffMinMs,
    backOffMaxMs,
    jitter: numberOf(options, 'jitter', 0.5, 0, at),
  };
}

function objectOf(value: JsonValue | undefined, where: string): JsonObject {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(where, 'must be a struct');
  return value;
}

function checkKeys(given: JsonObject, known: readonly string[], where: string): void {
  for (const key of Object.keys(given)) if (!known.includes(key)) refuse(where, `field ${key} is not supported`);
}

function numberOf(given: JsonObject, key: string, absent: number, least: number, where: string): number {
  const value = given[key];
  if (value === undefined) return absent;
  if (typeof value !== 'number' || !(value >= least))
    return refuse(where, `${key} must be a number of ${least} or more`);
  return value;
}
