/** A snapshot as Envoy's admin prints it: config_dump JSON with the proto's field names. */

import type { Message } from '@bufbuild/protobuf';
import { fromBinary, type JsonValue, toJson } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import type { Snapshot, SnapshotResource } from '@weft/control-compiler';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignmentSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import { messageRegistry } from '@weft/xds-messages/registry';
import { xdsTypes } from '@weft/xds-protocol';
import { redactSecret } from './redact-secret.ts';

const registry = messageRegistry();

const dumpType = (name: string): string => `type.googleapis.com/envoy.admin.v3.${name}`;

/** Envoy's `GET /config_dump` (envoy.admin.v3.ConfigDump) for what one proxy is served. */
export function configDumpOf(snapshot: Snapshot): { configs: JsonValue[] } {
  const list = <T extends Message>(
    typeUrl: string,
    schema: GenMessage<T>,
    key: string,
    wrap: (entry: Record<string, JsonValue>, resource: SnapshotResource) => JsonValue = (entry) => entry,
  ): JsonValue[] =>
    [...(snapshot.resources.get(typeUrl)?.values() ?? [])].map((resource) => {
      const body = { '@type': `type.googleapis.com/${schema.typeName}`, ...jsonOf(schema, resource.bytes) };
      return wrap({ version_info: resource.version, [key]: body }, resource);
    });
  return {
    configs: [
      {
        '@type': dumpType('ClustersConfigDump'),
        dynamic_active_clusters: list(xdsTypes.CDS, ClusterSchema, 'cluster'),
      },
      {
        '@type': dumpType('EndpointsConfigDump'),
        dynamic_endpoint_configs: list(xdsTypes.EDS, ClusterLoadAssignmentSchema, 'endpoint_config'),
      },
      {
        '@type': dumpType('ListenersConfigDump'),
        dynamic_listeners: list(xdsTypes.LDS, ListenerSchema, 'listener', (active_state, { name }) => ({
          name,
          active_state,
        })),
      },
      {
        '@type': dumpType('RoutesConfigDump'),
        dynamic_route_configs: list(xdsTypes.RDS, RouteConfigurationSchema, 'route_config'),
      },
      {
        '@type': dumpType('SecretsConfigDump'),
        dynamic_active_secrets: list(xdsTypes.SDS, SecretSchema, 'secret', (entry, { name }) => ({
          name,
          ...entry,
          secret: redactSecret(entry['secret'] as Record<string, JsonValue>),
        })),
      },
    ],
  };
}

function jsonOf<T extends Message>(schema: GenMessage<T>, bytes: Uint8Array): Record<string, JsonValue> {
  const json = toJson(schema, fromBinary(schema, bytes), { registry, useProtoFieldName: true }) as JsonValue;
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : {};
}
