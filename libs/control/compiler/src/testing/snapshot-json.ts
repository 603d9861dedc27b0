/** A snapshot as the JSON that Envoy's documentation uses, with sorted keys. */

import { createRegistry, fromBinary, type JsonValue, toJson } from '@bufbuild/protobuf';
import { FileAccessLogSchema } from '@weft/xds-messages/envoy/extensions/access_loggers/file/v3/file';
import { RouterSchema } from '@weft/xds-messages/envoy/extensions/filters/http/router/v3/router';
import { HttpConnectionManagerSchema } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { TcpProxySchema } from '@weft/xds-messages/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import { RawBufferSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer';
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import { HttpProtocolOptionsSchema } from '@weft/xds-messages/envoy/extensions/upstreams/http/v3/http_protocol_options';
import { type ResourceType, schemas } from '../resource-types.ts';
import { type Snapshot, typeUrls } from '../snapshot.ts';

const registry = createRegistry(
  FileAccessLogSchema,
  RouterSchema,
  HttpConnectionManagerSchema,
  TcpProxySchema,
  RawBufferSchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
  HttpProtocolOptionsSchema,
);

export function resourceJson(snapshot: Snapshot, type: ResourceType, name: string): JsonValue {
  const resource = snapshot.resources.get(typeUrls[type])?.get(name);
  if (resource === undefined) throw new Error(`no ${type} ${name}`);
  const message = fromBinary(schemas[type], resource.bytes);
  return sortKeys(toJson(schemas[type], message, { registry, useProtoFieldName: true }));
}

/** @param types which of the kinds to show. */
export function snapshotJson(snapshot: Snapshot, types: readonly ResourceType[]): JsonValue {
  const shown: Record<string, JsonValue> = {};
  for (const type of types) {
    const names = [...(snapshot.resources.get(typeUrls[type])?.keys() ?? [])];
    shown[type] = names.map((name) => resourceJson(snapshot, type, name));
  }
  return { ...shown, notices: [...snapshot.notices] };
}

function sortKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const sorted: Record<string, JsonValue> = {};
  for (const key of Object.keys(value).sort()) {
    const child = value[key];
    if (child !== undefined) sorted[key] = sortKeys(child);
  }
  return sorted;
}
