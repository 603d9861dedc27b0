/** The message types that resources of the profile are made of: what proto3 JSON needs to look into an Any. */

import { createRegistry, type Registry } from '@bufbuild/protobuf';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignmentSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { FileAccessLogSchema } from '@weft/xds-messages/envoy/extensions/access_loggers/file/v3/file';
import { RouterSchema } from '@weft/xds-messages/envoy/extensions/filters/http/router/v3/router';
import { HttpConnectionManagerSchema } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { TcpProxySchema } from '@weft/xds-messages/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import { RawBufferSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer';
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import { HttpProtocolOptionsSchema } from '@weft/xds-messages/envoy/extensions/upstreams/http/v3/http_protocol_options';

let registry: Registry | undefined;

/** Made at the first dump: most proxies never see one. */
export function dumpRegistry(): Registry {
  registry ??= createRegistry(
    ClusterSchema,
    ClusterLoadAssignmentSchema,
    ListenerSchema,
    RouteConfigurationSchema,
    SecretSchema,
    HttpConnectionManagerSchema,
    RouterSchema,
    TcpProxySchema,
    FileAccessLogSchema,
    RawBufferSchema,
    DownstreamTlsContextSchema,
    UpstreamTlsContextSchema,
    HttpProtocolOptionsSchema,
  );
  return registry;
}
