/** Which HTTP a cluster speaks, and how long its connections live. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import type { ServicePortView } from '@weft/control-registry';
import type { ConnectionPool, MeshConfig } from '@weft/model';
import { HttpProtocolOptionsSchema } from '@weft/xds-messages/envoy/extensions/upstreams/http/v3/http_protocol_options';
import { duration } from '../messages/core.ts';

export interface HttpOptions {
  readonly protocol: 'http1' | 'http2' | 'downstream' | 'none';
  readonly pool: ConnectionPool | undefined;
  /** SNI and the name in the certificate follow the Host of the request. */
  readonly autoSni?: boolean;
  readonly autoSanValidation?: boolean;
}

const optionsKey = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

type OptionsInit = Exclude<MessageInitShape<typeof HttpProtocolOptionsSchema>, { $typeName: string }>;

/** downstream: as the caller speaks, for ports that nobody declared and where a rule says so. */
export function upstreamProtocol(
  port: Pick<ServicePortView, 'protocol' | 'sniffed'>,
  pool: ConnectionPool | undefined,
  mesh: MeshConfig,
): HttpOptions['protocol'] {
  if (pool?.http?.useClientProtocol === true) return 'downstream';
  if (port.protocol === 'grpc' || port.protocol === 'http2') return 'http2';
  if (port.sniffed) return 'downstream';
  if (port.protocol !== 'http') return 'none';
  const written = pool?.http?.h2UpgradePolicy ?? 'DEFAULT';
  const upgrade = written === 'DEFAULT' ? mesh.h2UpgradePolicy === 'UPGRADE' : written === 'UPGRADE';
  return upgrade ? 'http2' : 'http1';
}

/** Nothing where Envoy's defaults say the same. */
export function protocolOptions(options: HttpOptions): Record<string, Any> {
  const { protocol, pool, autoSni, autoSanValidation } = options;
  const common = commonOptions(pool);
  const automatic = autoSni === true || autoSanValidation === true;
  if ((protocol === 'http1' || protocol === 'none') && common === undefined && !automatic) return {};
  const message = create(HttpProtocolOptionsSchema, {
    upstreamProtocolOptions: protocolOf(protocol, pool),
    ...(common === undefined ? {} : { commonHttpProtocolOptions: common }),
    ...(automatic
      ? {
          upstreamHttpProtocolOptions: {
            autoSni: autoSni === true,
            autoSanValidation: autoSanValidation === true,
          },
        }
      : {}),
  });
  return { [optionsKey]: anyPack(HttpProtocolOptionsSchema, message) };
}

function protocolOf(
  protocol: HttpOptions['protocol'],
  pool: ConnectionPool | undefined,
): NonNullable<OptionsInit['upstreamProtocolOptions']> {
  const streams = pool?.http?.maxConcurrentStreams ?? 0;
  const http2 = streams > 0 ? { maxConcurrentStreams: streams } : {};
  if (protocol === 'downstream') {
    return { case: 'useDownstreamProtocolConfig', value: { httpProtocolOptions: {}, http2ProtocolOptions: http2 } };
  }
  return {
    case: 'explicitHttpConfig',
    value: {
      protocolConfig:
        protocol === 'http2'
          ? { case: 'http2ProtocolOptions', value: http2 }
          : { case: 'httpProtocolOptions', value: {} },
    },
  };
}

function commonOptions(pool: ConnectionPool | undefined): OptionsInit['commonHttpProtocolOptions'] | undefined {
  const idleTimeoutMs = pool?.http?.idleTimeoutMs ?? pool?.tcp?.idleTimeoutMs;
  const maxConnectionDurationMs = pool?.tcp?.maxConnectionDurationMs;
  const requests = pool?.http?.maxRequestsPerConnection ?? 0;
  if (idleTimeoutMs === undefined && maxConnectionDurationMs === undefined && requests <= 0) return undefined;
  return {
    ...(idleTimeoutMs === undefined ? {} : { idleTimeout: duration(idleTimeoutMs) }),
    ...(maxConnectionDurationMs === undefined ? {} : { maxConnectionDuration: duration(maxConnectionDurationMs) }),
    ...(requests > 0 ? { maxRequestsPerConnection: requests } : {}),
  };
}
