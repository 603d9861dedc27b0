/** `/clusters`: the endpoints that balancing sees now, in Envoy's text and JSON forms. */

import type { Breaker, Cluster, Endpoint } from '@weft/data-runtime';
import type { AdminView } from '../admin-view.ts';
import { json, type SideAnswer, type SideRequest, text } from '../side-server.ts';

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
    const prefix = `${name}::${endpoint.hostPort}`;
    lines.push(
      `${prefix}::rq_active::${endpoint.active}`,
      `${prefix}::health_flags::${healthFlags(endpoint)}`,
      `${prefix}::weight::${endpoint.weight}`,
      `${prefix}::priority::${endpoint.priority}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function breakerLines(prefix: string, breaker: Breaker): string[] {
  return [
    `${prefix}::max_connections::${breaker.connectionsMax}`,
    `${prefix}::max_pending_requests::${breaker.pendingMax}`,
    `${prefix}::max_requests::${breaker.requestsMax}`,
    `${prefix}::max_retries::${breaker.retriesMax}`,
  ];
}

function healthFlags({ healthy, ejected, degraded }: Endpoint): string {
  const flags = `${healthy ? '' : '/failed_eds_health'}${ejected ? '/failed_outlier_check' : ''}${degraded ? '/degraded_eds_health' : ''}`;
  return flags === '' ? 'healthy' : flags;
}

function clusterStatus(cluster: Cluster): object {
  return {
    name: cluster.name,
    added_via_api: true,
    observability_name: cluster.name,
    host_statuses: cluster.endpoints.map(hostStatus),
  };
}

function hostStatus(endpoint: Endpoint): object {
  return {
    address: { socket_address: { address: endpoint.address, port_value: endpoint.port } },
    stats: [{ name: 'rq_active', type: 'GAUGE', value: String(endpoint.active) }],
    health_status: {
      eds_health_status: endpoint.healthy ? 'HEALTHY' : 'UNHEALTHY',
      ...(endpoint.ejected ? { failed_outlier_check: true } : {}),
    },
    weight: endpoint.weight,
  };
}
