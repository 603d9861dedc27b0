/** How HTTP is spoken to a cluster: HttpProtocolOptions, and the older fields of the cluster itself. */

import type { Cluster as XdsCluster } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { Cluster_ClusterProtocolSelection as ProtocolSelection } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import type {
  HttpProtocolOptions as CommonOptions,
  Http1ProtocolOptions,
  Http2ProtocolOptions,
  UpstreamHttpProtocolOptions,
} from '@weft/xds-messages/envoy/config/core/v3/protocol';
import {
  type HttpProtocolOptions,
  HttpProtocolOptionsSchema,
} from '@weft/xds-messages/envoy/extensions/upstreams/http/v3/http_protocol_options';
import { refuse, unpack } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import { clusterLimits } from '../limits.ts';
import type { ClusterLimits, UpstreamHttp } from '../tables/cluster.ts';

export interface HttpOptions {
  readonly http: Omit<UpstreamHttp, 'multiplex'>;
  readonly limits: ClusterLimits;
  /** upstream_http_protocol_options: on top of what the transport socket says. */
  readonly autoSni: boolean;
  readonly autoSan: boolean;
}

/** Envoy's default for `max_concurrent_streams` since 1.36. */
const streamsMax = 1_024;
const optionsKey = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

interface Spoken {
  readonly protocol: UpstreamHttp['protocol'];
  readonly http1: Http1ProtocolOptions | undefined;
  readonly http2: Http2ProtocolOptions | undefined;
  readonly common: CommonOptions | undefined;
  readonly upstream: UpstreamHttpProtocolOptions | undefined;
}

/** @throws WeftError `config_rejected` */
export function compileHttpOptions(cluster: XdsCluster, where: string): HttpOptions {
  const spoken = readSpoken(cluster, where);
  const { common, upstream } = spoken;
  if ((upstream?.overrideAutoSniHeader ?? '') !== '') refuse(where, 'override_auto_sni_header is not supported');
  return {
    http: compileHttp(spoken, where),
    limits: {
      idleConnectionsMax: clusterLimits.idleConnectionsMax,
      idleTimeoutMs: milliseconds(common?.idleTimeout, clusterLimits.idleTimeoutMs),
      requestsPerConnectionMax: common?.maxRequestsPerConnection ?? cluster.maxRequestsPerConnection ?? 0,
      connectionDurationMaxMs: milliseconds(common?.maxConnectionDuration, 0),
      bufferBytesMax: cluster.perConnectionBufferLimitBytes ?? clusterLimits.bufferBytesMax,
    },
    autoSni: upstream?.autoSni ?? false,
    autoSan: upstream?.autoSanValidation ?? false,
  };
}

function readSpoken(cluster: XdsCluster, where: string): Spoken {
  for (const key of Object.keys(cluster.typedExtensionProtocolOptions)) {
    if (key !== optionsKey) refuse(where, `typed_extension_protocol_options ${key} is not supported`);
  }
  const any = cluster.typedExtensionProtocolOptions[optionsKey];
  if (any !== undefined) return readTyped(unpack(any, HttpProtocolOptionsSchema, where), where);
  const downstream = cluster.protocolSelection === ProtocolSelection.USE_DOWNSTREAM_PROTOCOL;
  checkHttp1(cluster.httpProtocolOptions, where);
  const http1 = cluster.httpProtocolOptions;
  const http2 = cluster.http2ProtocolOptions;
  return {
    protocol: downstream ? 'downstream' : http2 === undefined ? 'http1' : 'http2',
    http1,
    http2,
    common: cluster.commonHttpProtocolOptions,
    upstream: cluster.upstreamHttpProtocolOptions,
  };
}

function readTyped(options: HttpProtocolOptions, where: string): Spoken {
  const rest = { common: options.commonHttpProtocolOptions, upstream: options.upstreamHttpProtocolOptions };
  const { upstreamProtocolOptions: chosen } = options;
  switch (chosen.case) {
    case 'explicitHttpConfig': {
      const { protocolConfig } = chosen.value;
      const http1 = protocolConfig.case === 'httpProtocolOptions' ? protocolConfig.value : undefined;
      checkHttp1(http1, where);
      if (protocolConfig.case !== 'http2ProtocolOptions')
        return { protocol: 'http1', http1, http2: undefined, ...rest };
      return { protocol: 'http2', http1, http2: protocolConfig.value, ...rest };
    }
    case 'useDownstreamProtocolConfig':
    case 'autoConfig':
      checkHttp1(chosen.value.httpProtocolOptions, where);
      return {
        protocol: chosen.case === 'autoConfig' ? 'auto' : 'downstream',
        http1: chosen.value.httpProtocolOptions,
        http2: chosen.value.http2ProtocolOptions,
        ...rest,
      };
    default:
      return refuse(where, 'HttpProtocolOptions says no protocol');
  }
}

/** What changes the octets that are sent upstream and is not done. */
function checkHttp1(options: Http1ProtocolOptions | undefined, where: string): void {
  if (options?.headerKeyFormat !== undefined) refuse(where, 'http_protocol_options.header_key_format is not supported');
  if (options?.sendFullyQualifiedUrl === true) {
    refuse(where, 'http_protocol_options.send_fully_qualified_url is not supported');
  }
}

function compileHttp({ protocol, http1, http2, common }: Spoken, where: string): HttpOptions['http'] {
  if ((http2?.customSettingsParameters.length ?? 0) > 0) refuse(where, 'custom_settings_parameters is not supported');
  if (http2?.allowMetadata === true) refuse(where, 'http2_protocol_options.allow_metadata is not supported');
  const keepalive = http2?.connectionKeepalive;
  const timeoutMs = milliseconds(keepalive?.timeout, 0);
  if (keepalive !== undefined && timeoutMs <= 0) refuse(where, 'connection_keepalive.timeout must be over 0');
  return {
    protocol,
    http1Trailers: http1?.enableTrailers === true,
    streamsMax: http2?.maxConcurrentStreams ?? streamsMax,
    pingIntervalMs: milliseconds(keepalive?.interval, 0),
    pingTimeoutMs: timeoutMs,
    maxStreamDurationMs: milliseconds(common?.maxStreamDuration, 0),
  };
}
