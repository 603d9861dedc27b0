/** `/clusters`: the endpoints that balancing sees now, in Envoy's text and JSON forms, and why one of them is not used. */

import type { OutlierBounds } from '@weft/data-runtime';
import type { AdminView } from '../admin-view.ts';
import { json, type SideAnswer, type SideRequest, text } from '../side-server.ts';
import { type ClusterFacts, clusterFacts, type EndpointFacts, mergeClusterFacts } from './cluster-facts.ts';

export function clustersPage(view: AdminView, request: SideRequest): SideAnswer {
  const own = clusterFacts(view);
  const asJson = request.query.get('format') === 'json';
  const render = (facts: readonly ClusterFacts[]): SideAnswer =>
    asJson ? json(200, { cluster_statuses: facts.map(clusterStatus) }) : text(200, facts.map(clusterText).join(''));
  const workers = view.workers?.();
  if (workers === undefined) return render(own);
  return {
    ...render([]),
    body: '',
    more: (done) => workers.clusters((others) => done(render(mergeClusterFacts(own, others)).body)),
  };
}

function clusterText({ name, from, connections, thresholds, outlier, endpoints }: ClusterFacts): string {
  const lines = [
    `${name}::observability_name::${name}`,
    ...(outlier === undefined ? [] : linesOf(`${name}::outlier`, outlierFacts(outlier))),
    ...linesOf(`${name}::default_priority`, thresholds.default),
    ...linesOf(`${name}::high_priority`, thresholds.high),
    `${name}::added_via_api::true`,
    `${name}::connections::${connections}`,
    `${name}::from::${from.file === '' ? from.rule : `${from.file}:${from.line}`}`,
  ];
  for (const endpoint of endpoints) {
    const prefix = `${name}::${endpoint.hostPort}`;
    const numbers = Object.entries({ ...endpoint.counters, ...endpoint.gauges }).sort(([a], [b]) => (a < b ? -1 : 1));
    lines.push(...linesOf(prefix, Object.fromEntries(numbers)), ...linesOf(prefix, factsOf(endpoint)));
  }
  return `${lines.join('\n')}\n`;
}

function linesOf(prefix: string, facts: Readonly<Record<string, string | number>>): readonly string[] {
  return Object.entries(facts).map(([name, value]) => `${prefix}::${name}::${value}`);
}

/** In Envoy's order, to as many digits. */
function outlierFacts({ external, localOrigin }: OutlierBounds): Readonly<Record<string, number>> {
  return {
    success_rate_average: sixDigits(external.average),
    success_rate_ejection_threshold: sixDigits(external.threshold),
    local_origin_success_rate_average: sixDigits(localOrigin.average),
    local_origin_success_rate_ejection_threshold: sixDigits(localOrigin.threshold),
  };
}

const sixDigits = (value: number): number => Number(value.toPrecision(6));

/** In Envoy's order. */
function factsOf(endpoint: EndpointFacts): Readonly<Record<string, string | number>> {
  const { hostname, healthFlags, reason, weight, locality, canary, priority, rates } = endpoint;
  return {
    hostname,
    health_flags: healthFlags === '' ? 'healthy' : healthFlags,
    ...(reason === undefined ? {} : { reason }),
    weight,
    ...locality,
    canary: String(canary),
    priority,
    success_rate: rates.external,
    local_origin_success_rate: rates.localOrigin,
  };
}

function clusterStatus({ name, thresholds, outlier, endpoints }: ClusterFacts): object {
  const external = outlier?.external.threshold ?? -1;
  const local = outlier?.localOrigin.threshold ?? -1;
  return {
    name,
    added_via_api: true,
    observability_name: name,
    ...(external > 0 && { success_rate_ejection_threshold: { value: external } }),
    ...(local > 0 && { local_origin_success_rate_ejection_threshold: { value: local } }),
    circuit_breakers: { thresholds: [thresholds.default, { priority: 'HIGH', ...thresholds.high }] },
    host_statuses: endpoints.map(hostStatus),
  };
}

function hostStatus(endpoint: EndpointFacts): object {
  const { address, port, reason, weight, hostname, priority, locality, canary, rates } = endpoint;
  return {
    address: { socket_address: { address, port_value: port } },
    stats: [...stats('COUNTER', endpoint.counters), ...stats('GAUGE', endpoint.gauges)],
    health_status: healthStatus(endpoint.healthFlags),
    ...(reason === undefined ? {} : { reason }),
    ...{ weight, hostname, priority, locality },
    ...(canary ? { canary } : {}),
    ...(rates.external < 0 ? {} : { success_rate: { value: rates.external } }),
    ...(rates.localOrigin < 0 ? {} : { local_origin_success_rate: { value: rates.localOrigin } }),
  };
}

function stats(type: string, values: Readonly<Record<string, number>>): readonly object[] {
  return Object.entries(values).map(([name, value]) => ({ name, type, value: String(value) }));
}

/** Name of the flag → field of envoy.admin.v3.HostHealthStatus. */
const healthFields: Readonly<Record<string, string>> = {
  failed_active_hc: 'failed_active_health_check',
  failed_outlier_check: 'failed_outlier_check',
  degraded_active_hc: 'failed_active_degraded_check',
  pending_dynamic_removal: 'pending_dynamic_removal',
  pending_active_hc: 'pending_active_hc',
};

function healthStatus(flags: string): object {
  const raised = flags.split('/');
  const fields = raised.flatMap((flag) => healthFields[flag] ?? []).map((field) => [field, true] as const);
  const listed = raised.includes('failed_eds_health')
    ? 'UNHEALTHY'
    : raised.includes('degraded_eds_health')
      ? 'DEGRADED'
      : 'HEALTHY';
  return { ...Object.fromEntries(fields), eds_health_status: listed };
}
