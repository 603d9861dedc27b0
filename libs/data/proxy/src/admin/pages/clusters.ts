/** `/clusters`: the endpoints that balancing sees now, in Envoy's text and JSON forms, and why one of them is not used. */

import type { Breaker, Cluster, Endpoint, SuccessRates } from '@weft/data-runtime';
import type { AdminView } from '../admin-view.ts';
import { json, type SideAnswer, type SideRequest, text } from '../side-server.ts';
import { reasonOf } from './endpoint-reason.ts';

export function clustersPage(view: AdminView, request: SideRequest): SideAnswer {
  const clusters = [...view.tables.clusters.values()];
  if (request.query.get('format') === 'json') {
    return json(200, { cluster_statuses: clusters.map((cluster) => clusterStatus(cluster)) });
  }
  return text(200, clusters.map((cluster) => clusterText(view, cluster)).join(''));
}

function clusterText(view: AdminView, cluster: Cluster): string {
  const { name, from } = cluster;
  const pool = view.poolStats(cluster);
  const lines = [
    `${name}::observability_name::${name}`,
    ...breakerLines(`${name}::default_priority`, cluster.breakers.default),
    ...breakerLines(`${name}::high_priority`, cluster.breakers.high),
    `${name}::added_via_api::true`,
    `${name}::connections::${pool.connections}`,
    `${name}::from::${from.file === '' ? from.rule : `${from.file}:${from.line}`}`,
  ];
  for (const endpoint of cluster.endpoints) {
    const facts = { ...counters(endpoint), ...gauges(endpoint) };
    const sorted = Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [fact, value] of [...sorted, ...Object.entries(endpointFacts(cluster, endpoint))]) {
      lines.push(`${name}::${endpoint.hostPort}::${fact}::${value}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function breakerLines(prefix: string, breaker: Breaker): string[] {
  return Object.entries(thresholds(breaker)).map(([name, value]) => `${prefix}::${name}::${value}`);
}

function thresholds({
  connectionsMax,
  pendingMax,
  requestsMax,
  retriesMax,
}: Breaker): Readonly<Record<string, number>> {
  return {
    max_connections: connectionsMax,
    max_pending_requests: pendingMax,
    max_requests: requestsMax,
    max_retries: retriesMax,
  };
}

function counters({ counts }: Endpoint): Readonly<Record<string, number>> {
  const { connectFailures, connectionsTotal, requestsTotal } = counts;
  return { cx_connect_fail: connectFailures, cx_total: connectionsTotal, rq_total: requestsTotal };
}

function gauges({ counts, active }: Endpoint): Readonly<Record<string, number>> {
  return { cx_active: counts.connections, rq_active: active };
}

/** In Envoy's order. */
function endpointFacts(cluster: Cluster, endpoint: Endpoint): Readonly<Record<string, string | number>> {
  const { hostname, healthFlags, weight, priority } = endpoint;
  const reason = reasonOf(cluster, endpoint);
  const { external, localOrigin } = ratesOf(cluster, endpoint);
  return {
    hostname,
    health_flags: healthFlags === '' ? 'healthy' : healthFlags,
    ...(reason === undefined ? {} : { reason }),
    weight,
    ...localityOf(endpoint),
    canary: String(isCanary(endpoint)),
    priority,
    success_rate: external,
    local_origin_success_rate: localOrigin,
  };
}

function localityOf({ locality }: Endpoint): { region: string; zone: string; sub_zone: string } {
  const [region = '', zone = '', subZone = ''] = locality.split('/');
  return { region, zone, sub_zone: subZone };
}

function isCanary({ lbMetadata }: Endpoint): boolean {
  return lbMetadata['canary'] === 'true';
}

function ratesOf({ health }: Cluster, endpoint: Endpoint): SuccessRates {
  return health?.successRates?.(endpoint) ?? { external: -1, localOrigin: -1 };
}

function clusterStatus(cluster: Cluster): object {
  const { default: usual, high } = cluster.breakers;
  return {
    name: cluster.name,
    added_via_api: true,
    observability_name: cluster.name,
    circuit_breakers: { thresholds: [thresholds(usual), { priority: 'HIGH', ...thresholds(high) }] },
    host_statuses: cluster.endpoints.map((endpoint) => hostStatus(cluster, endpoint)),
  };
}

function hostStatus(cluster: Cluster, endpoint: Endpoint): object {
  const { external, localOrigin } = ratesOf(cluster, endpoint);
  const reason = reasonOf(cluster, endpoint);
  return {
    address: { socket_address: { address: endpoint.address, port_value: endpoint.port } },
    stats: [...stats('COUNTER', counters(endpoint)), ...stats('GAUGE', gauges(endpoint))],
    health_status: healthStatus(endpoint.healthFlags),
    ...(reason === undefined ? {} : { reason }),
    weight: endpoint.weight,
    hostname: endpoint.hostname,
    priority: endpoint.priority,
    locality: localityOf(endpoint),
    ...(isCanary(endpoint) ? { canary: true } : {}),
    ...(external < 0 ? {} : { success_rate: { value: external } }),
    ...(localOrigin < 0 ? {} : { local_origin_success_rate: { value: localOrigin } }),
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
