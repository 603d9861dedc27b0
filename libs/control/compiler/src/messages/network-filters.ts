/** The HTTP connection manager, as listeners end in it. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import type { MeshConfig } from '@weft/model';
import { type Filter, FilterSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import type { RouteConfiguration } from '@weft/xds-messages/envoy/config/route/v3/route';
import {
  type HttpConnectionManager,
  HttpConnectionManager_ForwardClientCertDetails,
  HttpConnectionManager_PathWithEscapedSlashesAction,
  HttpConnectionManagerSchema,
} from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { Context } from '../context.ts';
import { type HttpSide, httpFilters } from '../http-filters/http-filters.ts';
import { accessLogs } from '../telemetry/access-logs.ts';
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
}

export function httpConnectionManager(context: Context, options: HttpManagerOptions): HttpConnectionManager {
  const { routes } = options;
  return create(HttpConnectionManagerSchema, {
    statPrefix: options.statPrefix,
    routeSpecifier:
      typeof routes === 'string'
        ? { case: 'rds', value: { configSource: adsSource(), routeConfigName: routes } }
        : { case: 'routeConfig', value: routes },
    httpFilters: httpFilters(context, options.side),
    upgradeConfigs: options.upgrades.map((upgradeType) => ({ upgradeType })),
    ...(options.allowAbsoluteUrl === true ? { httpProtocolOptions: { allowAbsoluteUrl: true } } : {}),
    ...(options.serverName === undefined ? {} : { serverName: options.serverName }),
    ...(options.side === undefined ? {} : takesConnections(context, options.side)),
  });
}

/** Istio's settings: whose certificate is told on, whether clients are believed, and paths that rules can trust. */
function takesConnections(context: Context, side: 'inbound' | 'outbound' | 'gateway'): ManagerInit {
  const named = { subject: true, uri: true, dns: true };
  const certificate = {
    inbound: {
      forwardClientCertDetails: HttpConnectionManager_ForwardClientCertDetails.APPEND_FORWARD,
      setCurrentClientCertDetails: named,
    },
    gateway: {
      forwardClientCertDetails: HttpConnectionManager_ForwardClientCertDetails.SANITIZE_SET,
      setCurrentClientCertDetails: { ...named, cert: true },
    },
    outbound: {},
  }[side];
  return {
    accessLog: accessLogs(context, side),
    streamIdleTimeout: duration(0),
    useRemoteAddress: side === 'gateway',
    ...pathNormalization(context.world.input.mesh),
    ...certificate,
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
