/** How the adaptive limit of concurrency is made from its message. */

import { type HttpFilterKind, milliseconds, refuse, unpack } from '@weft/data-runtime';
import type { Clock, Random } from '@weft/kernel';
import type { MetricRegistry } from '@weft/telemetry';
import {
  AdaptiveConcurrencySchema,
  type GradientControllerConfig,
} from '@weft/xds-messages/envoy/extensions/filters/http/adaptive_concurrency/v3/adaptive_concurrency';
import type { Percent } from '@weft/xds-messages/envoy/type/v3/percent';
import { type ConcurrencyStats, createAdaptiveConcurrency } from './adaptive-concurrency.ts';
import { GradientController, type GradientSettings } from './gradient.ts';

const prefix = 'envoy.extensions.filters.http.adaptive_concurrency.v3';

export function createAdaptiveConcurrencyKind(deps: {
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: MetricRegistry;
}): HttpFilterKind {
  return {
    schema: AdaptiveConcurrencySchema,
    supported: {
      [`${prefix}.AdaptiveConcurrency`]: ['gradient_controller_config', 'enabled', 'concurrency_limit_exceeded_status'],
      [`${prefix}.GradientControllerConfig`]: [
        'sample_aggregate_percentile',
        'concurrency_limit_params',
        'min_rtt_calc_params',
      ],
      [`${prefix}.GradientControllerConfig.ConcurrencyLimitCalculationParams`]: [
        'max_concurrency_limit',
        'concurrency_update_interval',
      ],
      [`${prefix}.GradientControllerConfig.MinimumRTTCalculationParams`]: [
        'interval',
        'request_count',
        'jitter',
        'min_concurrency',
        'buffer',
      ],
      'envoy.config.core.v3.RuntimeFeatureFlag': ['default_value', 'runtime_key'],
      'envoy.type.v3.HttpStatus': ['code'],
      'envoy.type.v3.Percent': ['value'],
    },
    compile(config, name, { statPrefix }, where) {
      const message = unpack(config, AdaptiveConcurrencySchema, where);
      const { concurrencyControllerConfig: controller, enabled } = message;
      if (controller.case !== 'gradientControllerConfig') {
        return refuse(where, 'gradient_controller_config is missing');
      }
      const settings = compileGradient(controller.value, `${where}: gradient_controller_config`);
      if (enabled !== undefined && enabled.defaultValue === false) return undefined;
      const status: number = message.concurrencyLimitExceededStatus?.code ?? 0;
      return createAdaptiveConcurrency(
        name,
        new GradientController(settings, deps.clock, deps.random),
        // Envoy takes what is no error for 503.
        status >= 400 ? status : 503,
        compileStats(statPrefix, deps.registry),
        deps.clock,
      );
    },
  };
}

function compileGradient(message: GradientControllerConfig, where: string): GradientSettings {
  const { concurrencyLimitParams: limits, minRttCalcParams: idle, sampleAggregatePercentile } = message;
  if (limits === undefined) return refuse(where, 'concurrency_limit_params is missing');
  if (idle === undefined) return refuse(where, 'min_rtt_calc_params is missing');
  const updateIntervalMs = milliseconds(limits.concurrencyUpdateInterval, 0);
  if (updateIntervalMs <= 0) refuse(where, 'concurrency_update_interval must be more than 0');
  const idleIntervalMs = milliseconds(idle.interval, 0);
  if (idleIntervalMs < 1) refuse(where, 'min_rtt_calc_params.interval must be 1 ms at least');
  const settings = {
    percentile: shareOf(sampleAggregatePercentile, 50),
    limitMax: limits.maxConcurrencyLimit ?? 1_000,
    updateIntervalMs,
    idleIntervalMs,
    idleRequests: idle.requestCount ?? 50,
    jitter: shareOf(idle.jitter, 15),
    limitMin: idle.minConcurrency ?? 3,
    buffer: shareOf(idle.buffer, 25),
  };
  const { limitMax, limitMin, idleRequests } = settings;
  if (limitMax === 0 || limitMin === 0 || idleRequests === 0) {
    refuse(where, 'max_concurrency_limit, min_concurrency and request_count must be more than 0');
  }
  return settings;
}

function shareOf(percent: Percent | undefined, absent: number): number {
  return (percent?.value ?? absent) / 100;
}

function compileStats(statPrefix: string, registry: MetricRegistry): ConcurrencyStats {
  const base = 'envoy_http_adaptive_concurrency_gradient_controller';
  const labels = ['envoy_http_conn_manager_prefix'];
  const gauge = (what: string, help: string) => registry.gauge(`${base}_${what}`, help, labels).slot([statPrefix]);
  return {
    blocked: registry
      .counter(`${base}_rq_blocked`, 'Requests over the limit of concurrency.', labels)
      .slot([statPrefix]),
    gauges: {
      limit: gauge('concurrency_limit', 'The limit of concurrency.'),
      measuring: gauge('min_rtt_calculation_active', '1 while the latency of an idle upstream is measured.'),
      idleMs: gauge('min_rtt_msecs', 'The latency of an idle upstream in milliseconds.'),
      sampleMs: gauge('sample_rtt_msecs', 'The latency of the last window in milliseconds.'),
      gradient: gauge('gradient', 'The last gradient in thousandths.'),
      headroom: gauge('burst_queue_size', 'What the limit leaves for bursts.'),
    },
  };
}
