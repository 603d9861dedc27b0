/** The lists of supported fields hold together: what a listed field holds is listed too, and every name exists. */

import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignmentSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { OpenTelemetryConfigSchema } from '@weft/xds-messages/envoy/config/trace/v3/opentelemetry';
import { ZipkinConfigSchema } from '@weft/xds-messages/envoy/config/trace/v3/zipkin';
import { HttpConnectionManagerSchema } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { TcpProxySchema } from '@weft/xds-messages/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import { HttpProtocolOptionsSchema } from '@weft/xds-messages/envoy/extensions/upstreams/http/v3/http_protocol_options';
import { describe, expect, it } from 'vitest';
import { supportedFields } from './supported-fields.ts';

const roots: readonly DescMessage[] = [
  ListenerSchema,
  HttpConnectionManagerSchema,
  TcpProxySchema,
  RouteConfigurationSchema,
  ClusterSchema,
  HttpProtocolOptionsSchema,
  ClusterLoadAssignmentSchema,
  SecretSchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
  OpenTelemetryConfigSchema,
  ZipkinConfigSchema,
];
/** Listed by the access logs that read it. */
const ofPlugs = ['envoy.config.accesslog.v3.AccessLogFilter'];

function messageOf(field: DescField): DescMessage | undefined {
  if (field.fieldKind === 'message') return field.message;
  if (field.fieldKind === 'list' && field.listKind === 'message') return field.message;
  return field.fieldKind === 'map' && field.mapKind === 'message' ? field.message : undefined;
}

function walk(message: DescMessage, seen: Set<string>, problems: string[]): void {
  if (message.typeName.startsWith('google.protobuf.') || seen.has(message.typeName)) return;
  seen.add(message.typeName);
  for (const name of supportedFields[message.typeName] ?? []) {
    const field = message.fields.find((each) => each.name === name);
    if (field === undefined) {
      problems.push(`${message.typeName}.${name} does not exist`);
      continue;
    }
    const inner = messageOf(field);
    if (inner === undefined || ofPlugs.includes(inner.typeName)) continue;
    if (!inner.typeName.startsWith('google.protobuf.') && supportedFields[inner.typeName] === undefined) {
      problems.push(`${message.typeName}.${name} holds ${inner.typeName}, which is not listed`);
    }
    walk(inner, seen, problems);
  }
}

describe('the lists of supported fields', () => {
  it.each(roots.map((root) => [root.name, root] as const))('of %s hold together', (_name, root) => {
    const problems: string[] = [];
    walk(root, new Set(), problems);
    expect(problems).toEqual([]);
    expect(supportedFields[root.typeName]).toBeDefined();
  });
});
