/** How the fault filter is made from its message; that of a route goes over that of the listener. */

import { compileHeaderTest, type HttpFilterKind, milliseconds, refuse, unpack } from '@weft/data-runtime';
import type { Clock, Random } from '@weft/kernel';
import type { MetricRegistry } from '@weft/telemetry';
import type { FaultDelay } from '@weft/xds-messages/envoy/extensions/filters/common/fault/v3/fault';
import {
  type FaultAbort,
  type HTTPFault,
  HTTPFaultSchema,
} from '@weft/xds-messages/envoy/extensions/filters/http/fault/v3/fault';
import {
  FractionalPercent_DenominatorType as Denominator,
  type FractionalPercent,
} from '@weft/xds-messages/envoy/type/v3/percent';
import { createFault } from './fault.ts';
import type { AbortSettings, DelaySettings, FaultSettings, Percentage } from './settings.ts';

/** Requests with a fault at a time, where max_active_faults says nothing. */
export const activeFaultsMax = 10_000;

const denominators: Readonly<Record<number, number>> = {
  [Denominator.HUNDRED]: 100,
  [Denominator.TEN_THOUSAND]: 10_000,
  [Denominator.MILLION]: 1_000_000,
};

/** response_rate_limit and filter_metadata are refused by name; the names of runtime keys are taken, there is no runtime layer. */
export function createFaultKind(deps: {
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: MetricRegistry;
}): HttpFilterKind {
  return {
    schema: HTTPFaultSchema,
    perRouteSchema: HTTPFaultSchema,
    supported: {
      'envoy.extensions.filters.http.fault.v3.HTTPFault': [
        'delay',
        'abort',
        'upstream_cluster',
        'headers',
        'downstream_nodes',
        'max_active_faults',
        'delay_percent_runtime',
        'abort_percent_runtime',
        'delay_duration_runtime',
        'abort_http_status_runtime',
        'max_active_faults_runtime',
        'response_rate_limit_percent_runtime',
        'abort_grpc_status_runtime',
        'disable_downstream_cluster_stats',
      ],
      'envoy.extensions.filters.http.fault.v3.FaultAbort': ['http_status', 'grpc_status', 'header_abort', 'percentage'],
      'envoy.extensions.filters.http.fault.v3.FaultAbort.HeaderAbort': [],
      'envoy.extensions.filters.common.fault.v3.FaultDelay': ['fixed_delay', 'header_delay', 'percentage'],
      'envoy.extensions.filters.common.fault.v3.FaultDelay.HeaderDelay': [],
      'envoy.type.v3.FractionalPercent': ['numerator', 'denominator'],
    },
    compile(config, name, { statPrefix }, where) {
      const counter = (what: string, help: string) =>
        deps.registry.counter(`envoy_http_fault_${what}`, help, ['envoy_http_conn_manager_prefix']).slot([statPrefix]);
      const stats = {
        delays: counter('delays_injected', 'Requests delayed on purpose.'),
        aborts: counter('aborts_injected', 'Requests aborted on purpose.'),
        overflow: counter('faults_overflow', 'Faults that did not happen: max_active_faults was reached.'),
        active: deps.registry
          .gauge('envoy_http_fault_active_faults', 'Requests with a fault now.', ['envoy_http_conn_manager_prefix'])
          .slot([statPrefix]),
      };
      const settings = compileSettings(unpack(config, HTTPFaultSchema, where), where);
      return createFault(name, settings, { clock: deps.clock, random: deps.random, stats });
    },
    compilePerRoute: (config, _context, where) => compileSettings(unpack(config, HTTPFaultSchema, where), where),
  };
}

function compileSettings(message: HTTPFault, where: string): FaultSettings {
  return {
    delay: message.delay === undefined ? undefined : compileDelay(message.delay, `${where}: delay`),
    abort: message.abort === undefined ? undefined : compileAbort(message.abort, `${where}: abort`),
    headers: message.headers.map((matcher) => compileHeaderTest(matcher, where)),
    upstreamCluster: message.upstreamCluster,
    downstreamNodes: new Set(message.downstreamNodes),
    activeMax: message.maxActiveFaults ?? activeFaultsMax,
  };
}

function compileDelay({ faultDelaySecifier, percentage }: FaultDelay, where: string): DelaySettings {
  switch (faultDelaySecifier.case) {
    case 'fixedDelay': {
      const delayMs = milliseconds(faultDelaySecifier.value, 0);
      if (delayMs <= 0) refuse(where, 'fixed_delay must be more than 0');
      return { delayMs, percentage: percentageOf(percentage) };
    }
    case 'headerDelay':
      return { delayMs: undefined, percentage: percentageOf(percentage) };
    default:
      return refuse(where, 'neither fixed_delay nor header_delay is set');
  }
}

function compileAbort({ errorType, percentage: share }: FaultAbort, where: string): AbortSettings {
  const percentage = percentageOf(share);
  switch (errorType.case) {
    case 'httpStatus':
      if (errorType.value < 200 || errorType.value > 599) refuse(where, 'http_status must be from 200 to 599');
      return { kind: 'http', status: errorType.value, percentage };
    case 'grpcStatus':
      return { kind: 'grpc', status: errorType.value, percentage };
    case 'headerAbort':
      return { kind: 'header', status: 0, percentage };
    default:
      return refuse(where, 'neither http_status nor grpc_status nor header_abort is set');
  }
}

function percentageOf(percent: FractionalPercent | undefined): Percentage {
  if (percent === undefined) return { numerator: 0, denominator: 100 };
  return { numerator: percent.numerator, denominator: denominators[percent.denominator] ?? 100 };
}
