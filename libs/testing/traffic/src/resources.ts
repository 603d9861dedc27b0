/** A case as xDS resources in Envoy's JSON: one listener on a port of its own, clusters with names of its own. */

import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { resolvePlaceholders } from './placeholders.ts';
import type { CaseCluster, TrafficCase } from './traffic-case.ts';

/** Where a case runs. */
export interface CasePlace {
  /** Its number in the table: prefix of its clusters and value of `x-case`. */
  readonly index: number;
  readonly port: number;
  /** Ports of the echo endpoints by name. */
  readonly endpoints: Readonly<Record<string, number>>;
  readonly accessLog: string;
}

const type = (name: string): string => `type.googleapis.com/${name}`;
const httpOptions = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

const defaultClusters: Readonly<Record<string, CaseCluster>> = {
  a: { endpoints: ['a'] },
  b: { endpoints: ['b'] },
  c: { endpoints: ['c'] },
  closed: { endpoints: ['closed'] },
};

/** What of an access log line is compared. */
const logFormat = {
  id: '%REQ(X-CASE)%',
  flag: '%RESPONSE_FLAGS%',
  details: '%RESPONSE_CODE_DETAILS%',
  route: '%ROUTE_NAME%',
  status: '%RESPONSE_CODE%',
};

/** The name of a cluster of a case, as `{a}` in its JSON is replaced. */
export function clusterName(index: number, name: string): string {
  return `case-${index}-${name}`;
}

/** @returns resources with "@type", as proto3 JSON with proto names. */
export function caseResources(one: TrafficCase, place: CasePlace): readonly JsonObject[] {
  const clusters = one.clusters ?? defaultClusters;
  const names = Object.keys(clusters);
  const rename = (json: JsonValue): JsonValue => resolvePlaceholders(renameClusters(json, names, place.index), place);
  return [
    { '@type': type('envoy.config.listener.v3.Listener'), ...(rename(listenerOf(one, place)) as JsonObject) },
    ...names.map((name) => ({
      '@type': type('envoy.config.cluster.v3.Cluster'),
      ...(rename(clusterOf(name, clusters[name] as CaseCluster, place)) as JsonObject),
    })),
  ];
}

function listenerOf(one: TrafficCase, place: CasePlace): JsonObject {
  const routes = one.routeConfig ?? {
    virtual_hosts: [{ name: 'test', domains: ['*'], routes: [...(one.routes ?? [])] }],
  };
  const manager: JsonObject = {
    '@type': type('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: 'test',
    route_config: { name: `case-${place.index}`, ...routes, ...one.routeConfigMore },
    access_log: [
      {
        name: 'file',
        typed_config: {
          '@type': type('envoy.extensions.access_loggers.file.v3.FileAccessLog'),
          path: place.accessLog,
          log_format: { json_format: { ...logFormat, case: `case-${place.index}`, ...one.log } },
        },
      },
    ],
    http_filters: [
      ...(one.filters ?? []),
      { name: 'router', typed_config: { '@type': type('envoy.extensions.filters.http.router.v3.Router') } },
    ],
  };
  const listener: JsonObject = {
    name: `case-${place.index}`,
    address: { socket_address: { address: '127.0.0.1', port_value: place.port } },
    traffic_direction: one.direction ?? 'OUTBOUND',
    filter_chains: [{ filters: [{ name: 'http', typed_config: merge(manager, one.manager ?? {}) }] }],
  };
  return merge(listener, one.listener ?? {});
}

function clusterOf(name: string, cluster: CaseCluster, place: CasePlace): JsonObject {
  const endpoints = cluster.endpoints.map((endpoint) => ({
    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: place.endpoints[endpoint] ?? 0 } } },
  }));
  const base: JsonObject = {
    name,
    type: 'STATIC',
    connect_timeout: '2s',
    lb_policy: 'ROUND_ROBIN',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: endpoints }] },
    ...(cluster.http2 === true
      ? {
          typed_extension_protocol_options: {
            [httpOptions]: { '@type': type(httpOptions), explicit_http_config: { http2_protocol_options: {} } },
          },
        }
      : {}),
  };
  return merge(base, cluster.merge ?? {});
}

/** Objects are merged, everything else is replaced. */
function merge(base: JsonObject, over: JsonObject): JsonObject {
  const merged: JsonObject = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isObject(before) && isObject(value) ? merge(before, value) : value;
  }
  return merged;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const clusterFields = new Set(['cluster', 'cluster_name', 'stat_prefix']);

/** Fields that name a cluster of the case, wherever they stand. */
function renameClusters(json: JsonValue, names: readonly string[], index: number): JsonValue {
  if (Array.isArray(json)) return json.map((item) => renameClusters(item, names, index));
  if (!isObject(json)) return json;
  const isCluster = 'connect_timeout' in json && 'load_assignment' in json;
  const isWeight = 'weight' in json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => {
      const named = clusterFields.has(key) || (key === 'name' && (isCluster || isWeight));
      if (named && typeof value === 'string' && names.includes(value)) return [key, clusterName(index, value)];
      return [key, renameClusters(value, names, index)];
    }),
  );
}
