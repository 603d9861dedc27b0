/** The HTTP connection manager, as listeners end in it. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import type { MeshConfig } from '@weft/model';
import { type Filter, FilterSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import type { RouteConfiguration } from '@weft/xds-messages/envoy/config/route/v3/route';
import {
  type HttpConnectionManager,
  HttpConnectionManager_PathWithEscapedSlashesAction,
  HttpConnectionManagerSchema,
} from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { Context } from '../context.ts';
import { type HttpSide, httpFilters } from '../http-filters/http-filters.ts';
import type { PortGuard } from '../linkerd/guard.ts';
import { accessLogs } from '../telemetry/access-logs.ts';
import { headerSettings } from '../telemetry/proxy-headers.ts';
import type { Side } from '../telemetry/side.ts';
import { tracing } from '../telemetry/tracing.ts';
import { adsSource, duration } from './core.ts';

type ManagerInit = Extract<MessageInitShape<typeof HttpConnectionManagerSchema>, { $typeName?: never }>;

export interface HttpManagerOptions {
  readonly statPrefix: string;
  /** A name to ask for over ADS, or the routes themselves. */
  readonly routes: string | RouteConfiguration;
  /** "websocket", "CONNECT". */
  readonly upgrades: readonly string[];
  readonly allowAbsoluteUrl?: boolean;
  /** Value of `server` on answers. */
  readonly serverName?: string;
  readonly side: HttpSide;
  /** Linkerd's policies of an inbound port. */
  readonly guard?: PortGuard | undefined;
}

export function httpConnectionManager(context: Context, options: HttpManagerOptions): HttpConnectionManager {
  const { routes } = options;
  return create(HttpConnectionManagerSchema, {
    statPrefix: options.statPrefix,
    routeSpecifier:
      typeof routes === 'string'
        ? { case: 'rds', value: { configSource: adsSource(), routeConfigName: routes } }
        : { case: 'routeConfig', value: routes },
    httpFilters: httpFilters(context, options.side, options.guard),
    upgradeConfigs: options.upgrades.map((upgradeType) => ({ upgradeType })),
    ...(options.allowAbsoluteUrl === true ? { httpProtocolOptions: { allowAbsoluteUrl: true } } : {}),
    ...(options.side === undefined ? {} : takesConnections(context, options.side, options.serverName)),
  });
}

/** What a listener for connections has, and a proxyless client does not. */
function takesConnections(context: Context, side: Side, serverName: string | undefined): ManagerInit {
  const { mesh } = context.world.input;
  return {
    accessLog: accessLogs(context, side),
    streamIdleTimeout: duration(0),
    ...headerSettings(mesh.defaultConfig, side, serverName),
    ...pathNormalization(mesh),
    ...tracing(context, side),
  };
}

/** What rules compare is what is forwarded (Istio's pathNormalization). */
function pathNormalization({ pathNormalization: { normalization } }: MeshConfig): ManagerInit {
  switch (normalization) {
    case 'NONE':
      return { normalizePath: false };
    case 'MERGE_SLASHES':
      return { normalizePath: true, mergeSlashes: true };
    case 'DECODE_AND_MERGE_SLASHES':
      return {
        normalizePath: true,
        mergeSlashes: true,
        pathWithEscapedSlashesAction: HttpConnectionManager_PathWithEscapedSlashesAction.UNESCAPE_AND_FORWARD,
      };
    default:
      return { normalizePath: true };
  }
}

export function httpFilter(manager: HttpConnectionManager): Filter {
  return create(FilterSchema, {
    name: 'envoy.filters.network.http_connection_manager',
    configType: { case: 'typedConfig', value: anyPack(HttpConnectionManagerSchema, manager) },
  });
}
