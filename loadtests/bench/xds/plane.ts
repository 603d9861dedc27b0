/**
 * A control plane of a benchmark: certificates for sidecars, and the resources of a JSON file as they stand there.
 * Usage: plane.mjs FILE TOKEN_DIR. FILE holds {group: [resource with "@type", …]}; SIGHUP reads it again. Prints its port.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry, fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { startFakeControlPlane, type TestResource } from '@weft/data-proxy/testing';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { FileAccessLogSchema } from '@weft/xds-messages/envoy/extensions/access_loggers/file/v3/file';
import { HTTPFaultSchema } from '@weft/xds-messages/envoy/extensions/filters/http/fault/v3/fault';
import { JwtAuthenticationSchema } from '@weft/xds-messages/envoy/extensions/filters/http/jwt_authn/v3/config';
import { RBACSchema } from '@weft/xds-messages/envoy/extensions/filters/http/rbac/v3/rbac';
import { RouterSchema } from '@weft/xds-messages/envoy/extensions/filters/http/router/v3/router';
import { HttpConnectionManagerSchema } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { TcpProxySchema } from '@weft/xds-messages/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import { HttpProtocolOptionsSchema } from '@weft/xds-messages/envoy/extensions/upstreams/http/v3/http_protocol_options';

const registry = createRegistry(
  AnySchema,
  ClusterSchema,
  ListenerSchema,
  RouteConfigurationSchema,
  FileAccessLogSchema,
  HTTPFaultSchema,
  JwtAuthenticationSchema,
  RBACSchema,
  RouterSchema,
  HttpConnectionManagerSchema,
  TcpProxySchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
  HttpProtocolOptionsSchema,
);

const [file = '', tokenDir = ''] = process.argv.slice(2);
const plane = await startFakeControlPlane();

function read(): void {
  const groups = JSON.parse(readFileSync(file, 'utf8')) as Record<string, readonly JsonObject[]>;
  for (const [group, list] of Object.entries(groups)) plane.serve(group, list.map(toResource));
}

function toResource({ '@type': typeUrl, ...json }: JsonObject): TestResource {
  const schema = registry.getMessage(String(typeUrl).replace(/^.*\//, ''));
  if (schema === undefined) throw new Error(`${String(typeUrl)} is not known to the benchmark's control plane`);
  const bytes = toBinary(schema, fromJson(schema, json, { registry }));
  return { typeUrl: String(typeUrl), name: String(json['name']), bytes };
}

read();
for (const group of ['client', 'server']) {
  const folder = join(tokenDir, group);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'token'), `bench/${group}\n`, { mode: 0o600 });
  writeFileSync(join(folder, 'root-cert.pem'), plane.ca.rootPem);
}
process.on('SIGHUP', read);
process.on('SIGTERM', () => {
  plane.stop();
  process.exit(0);
});
process.stdout.write(`${plane.port}\n`);
