/** A snapshot as a bootstrap that `envoy --mode validate` reads: listeners with their routes inside, so that Envoy sees everything. */

import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { ResourceType } from '../resource-types.ts';
import { type Snapshot, typeUrls } from '../snapshot.ts';
import { resourceJson } from './snapshot-json.ts';

/** Files that stand for the proxy's own certificate, and for those that users name. */
export interface BootstrapFiles {
  readonly certificate: string;
  readonly key: string;
}

export function envoyBootstrap(snapshot: Snapshot, files: BootstrapFiles): JsonObject {
  const all = (type: ResourceType): JsonValue[] =>
    [...(snapshot.resources.get(typeUrls[type])?.keys() ?? [])].map((name) =>
      atHand(resourceJson(snapshot, type, name), files),
    );
  const routes = new Map(all('route').map((route) => [String((route as JsonObject).name), route as JsonObject]));
  return {
    node: { id: 'validate', cluster: 'validate' },
    dynamic_resources: {
      ads_config: {
        api_type: 'DELTA_GRPC',
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds' } }],
      },
    },
    static_resources: {
      listeners: all('listener').map((listener) => withRoutes(listener, routes)),
      clusters: [...all('cluster'), xdsCluster],
      secrets: [...all('secret'), ownSecret(files)],
    },
  };
}

const httpOptions = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

const xdsCluster: JsonObject = {
  name: 'xds',
  type: 'STATIC',
  typed_extension_protocol_options: {
    [httpOptions]: {
      '@type': `type.googleapis.com/${httpOptions}`,
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
  load_assignment: {
    cluster_name: 'xds',
    endpoints: [
      { lb_endpoints: [{ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: 1 } } } }] },
    ],
  },
};

/** Secrets and files are there: a static Envoy has no stream yet when it reads its first clusters, and reads files at once. */
function atHand(value: JsonValue, files: BootstrapFiles): JsonValue {
  if (Array.isArray(value)) return value.map((item) => atHand(item, files));
  if (typeof value !== 'object' || value === null) return value;
  const replaced: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    if (key === 'sds_config') continue;
    if (key === 'filename') replaced[key] = String(child).endsWith('.key') ? files.key : files.certificate;
    else replaced[key] = atHand(child, files);
  }
  return replaced;
}

function ownSecret({ certificate, key }: BootstrapFiles): JsonObject {
  return {
    name: 'default',
    tls_certificate: { certificate_chain: { filename: certificate }, private_key: { filename: key } },
  };
}

/** Replaces each `rds` by the routes that it names. */
function withRoutes(value: JsonValue, routes: ReadonlyMap<string, JsonObject>): JsonValue {
  if (Array.isArray(value)) return value.map((item) => withRoutes(item, routes));
  if (typeof value !== 'object' || value === null) return value;
  const replaced: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    const name = key === 'rds' ? (child as JsonObject).route_config_name : undefined;
    if (typeof name === 'string') replaced.route_config = { ...routes.get(name), validate_clusters: false };
    else replaced[key] = withRoutes(child, routes);
  }
  return replaced;
}
