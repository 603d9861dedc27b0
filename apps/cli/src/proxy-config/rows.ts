/** From Envoy's config_dump JSON (proto or JSON field names) to rows, one function a kind. */

import { asArray, asNumber, asObject, asString, field, type Json } from '@weft/operator-admin-client';

export const dumpKinds = ['listener', 'route', 'cluster', 'endpoint', 'secret'] as const;
export type DumpKind = (typeof dumpKinds)[number];

export interface DumpTable {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The resources of one kind in a dump, unwrapped. */
export function resourcesOf(dump: unknown, kind: DumpKind): readonly Json[] {
  return asArray(asObject(dump)['configs']).flatMap((config) => entriesOf(asObject(config), kind));
}

export function tableOf(kind: DumpKind, resources: readonly Json[]): DumpTable {
  const shape = shapes[kind];
  return { headers: shape.headers, rows: resources.flatMap(shape.rows) };
}

/** List fields of each kind, static and dynamic, and the field that wraps the resource. */
const places: Readonly<Record<DumpKind, { lists: readonly string[]; wrapper: string }>> = {
  listener: { lists: ['static_listeners', 'dynamic_listeners'], wrapper: 'listener' },
  route: { lists: ['static_route_configs', 'dynamic_route_configs'], wrapper: 'route_config' },
  cluster: { lists: ['static_clusters', 'dynamic_active_clusters'], wrapper: 'cluster' },
  endpoint: { lists: ['static_endpoint_configs', 'dynamic_endpoint_configs'], wrapper: 'endpoint_config' },
  secret: { lists: ['static_secrets', 'dynamic_active_secrets'], wrapper: 'secret' },
};

function entriesOf(config: Json, kind: DumpKind): readonly Json[] {
  const { lists, wrapper } = places[kind];
  return lists.flatMap((list) =>
    asArray(field(config, list)).map((entry) => {
      const item = asObject(entry);
      const active = asObject(field(item, 'active_state'));
      return asObject(field(item, wrapper) ?? field(active, wrapper) ?? item);
    }),
  );
}

const shapes: Readonly<Record<DumpKind, { headers: readonly string[]; rows: (resource: Json) => string[][] }>> = {
  listener: { headers: ['LISTENER', 'ADDRESS', 'DIRECTION', 'TLS', 'GOES TO', 'FROM'], rows: listenerRows },
  route: { headers: ['ROUTES', 'VIRTUAL HOST', 'MATCH', 'GOES TO', 'FROM'], rows: routeRows },
  cluster: { headers: ['SERVICE', 'PORT', 'SUBSET', 'DIRECTION', 'TYPE', 'BALANCING', 'FROM'], rows: clusterRows },
  endpoint: { headers: ['ENDPOINT', 'HEALTH', 'WEIGHT', 'TLS', 'CLUSTER'], rows: endpointRows },
  secret: { headers: ['SECRET', 'TYPE', 'VALID UNTIL', 'SERIAL', 'IDENTITY'], rows: secretRows },
};

function listenerRows(listener: Json): string[][] {
  const chains = asArray(field(listener, 'filter_chains')).map(asObject);
  const targets = chains.flatMap((chain) => asArray(chain['filters']).map((filter) => filterTarget(asObject(filter))));
  const tls = chains.some((chain) => field(chain, 'transport_socket') !== undefined);
  return [
    [
      asString(listener['name']),
      socketText(asObject(listener['address'])),
      asString(field(listener, 'traffic_direction')) || '-',
      tls ? 'mTLS' : 'none',
      targets.join(', '),
      fromOf(listener),
    ],
  ];
}

function filterTarget(filter: Json): string {
  const config = asObject(field(filter, 'typed_config'));
  const rds = asString(field(asObject(config['rds']), 'route_config_name'));
  if (rds !== '') return `routes ${rds}`;
  const cluster = asString(config['cluster']);
  if (cluster !== '') return `tcp ${cluster}`;
  const inline = asObject(field(config, 'route_config'));
  return Object.keys(inline).length > 0 ? `routes ${asString(inline['name']) || 'inline'}` : asString(filter['name']);
}

function routeRows(table: Json): string[][] {
  return asArray(field(table, 'virtual_hosts')).flatMap((host) => {
    const virtualHost = asObject(host);
    return asArray(virtualHost['routes']).map((item) => {
      const route = asObject(item);
      return [
        asString(table['name']),
        asString(virtualHost['name']),
        matchText(asObject(route['match'])),
        actionText(route),
        fromOf(route) || fromOf(virtualHost),
      ];
    });
  });
}

function matchText(match: Json): string {
  const regex = asString(asObject(field(match, 'safe_regex'))['regex']);
  const path =
    asString(match['path']) ||
    (regex === '' ? '' : `~${regex}`) ||
    (match['prefix'] === undefined ? '' : `${asString(match['prefix'])}*`) ||
    (field(match, 'connect_matcher') === undefined ? '*' : 'CONNECT');
  const headers = asArray(match['headers']).map((item) => {
    const header = asObject(item);
    const string = asObject(field(header, 'string_match'));
    const value = asString(string['exact']) || (string['prefix'] === undefined ? '' : `${asString(string['prefix'])}*`);
    const pattern = asString(asObject(field(string, 'safe_regex'))['regex']);
    return `${asString(header['name'])}=${value || (pattern === '' ? '*' : `~${pattern}`)}`;
  });
  const query = asArray(field(match, 'query_parameters')).map((item) => `?${asString(asObject(item)['name'])}`);
  return [path, ...headers, ...query].join(' ');
}

function actionText(entry: Json): string {
  const action = asObject(entry['route']);
  const cluster = asString(action['cluster']);
  if (cluster !== '') return cluster;
  const weighted = asArray(asObject(field(action, 'weighted_clusters'))['clusters']).map(asObject);
  if (weighted.length > 0) {
    return weighted.map((target) => `${asNumber(target['weight'])} ${asString(target['name'])}`).join(', ');
  }
  const direct = asObject(field(entry, 'direct_response'));
  if (Object.keys(direct).length > 0) return `direct ${asString(direct['status'])}`;
  return entry['redirect'] === undefined ? '-' : 'redirect';
}

function clusterRows(cluster: Json): string[][] {
  const name = asString(cluster['name']);
  const [direction = '', port = '', subset = '', host = ''] = name.split('|');
  const named = name.includes('|');
  return [
    [
      named ? host || '-' : name,
      named ? port : '-',
      named && subset !== '' ? subset : '-',
      named ? direction : '-',
      asString(cluster['type']) || 'STATIC',
      asString(field(cluster, 'lb_policy')) || 'ROUND_ROBIN',
      fromOf(cluster),
    ],
  ];
}

function endpointRows(assignment: Json): string[][] {
  const cluster = asString(field(assignment, 'cluster_name'));
  return asArray(assignment['endpoints']).flatMap((locality) =>
    asArray(field(asObject(locality), 'lb_endpoints')).map((item) => {
      const entry = asObject(item);
      const metadata = asObject(field(asObject(entry['metadata']), 'filter_metadata'));
      const tls = asString(asObject(metadata['envoy.transport_socket_match'])['tlsMode']);
      return [
        socketText(asObject(asObject(entry['endpoint'])['address'])),
        asString(field(entry, 'health_status')) || 'UNKNOWN',
        asString(field(entry, 'load_balancing_weight')) || '1',
        tls === 'istio' ? 'mTLS' : 'none',
        cluster,
      ];
    }),
  );
}

function secretRows(secret: Json): string[][] {
  const type = field(secret, 'tls_certificate') === undefined ? 'root' : 'certificate';
  return [[asString(secret['name']), type, '-', '-', '-']];
}

/** "infra/mesh/payment.yaml:22" of the resource's metadata. */
function fromOf(resource: Json): string {
  const weft = asObject(asObject(field(asObject(resource['metadata']), 'filter_metadata'))['weft']);
  const file = asString(weft['file']);
  return file === '' ? asString(weft['rule']) : `${file}:${asNumber(weft['line'])}`;
}

function socketText(address: Json): string {
  const socket = asObject(field(address, 'socket_address'));
  const port = asString(field(socket, 'port_value'));
  return port === '' ? '-' : `${asString(socket['address'])}:${port}`;
}
