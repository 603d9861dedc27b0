/** The two network filters that listeners end in. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { type Filter, FilterSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import type { RouteConfiguration } from '@weft/xds-messages/envoy/config/route/v3/route';
import { CorsSchema } from '@weft/xds-messages/envoy/extensions/filters/http/cors/v3/cors';
import { HTTPFaultSchema } from '@weft/xds-messages/envoy/extensions/filters/http/fault/v3/fault';
import { RouterSchema } from '@weft/xds-messages/envoy/extensions/filters/http/router/v3/router';
import {
  type HttpConnectionManager,
  HttpConnectionManager_ForwardClientCertDetails,
  HttpConnectionManagerSchema,
  type HttpFilter,
  HttpFilterSchema,
} from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { TcpProxySchema } from '@weft/xds-messages/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import { accessLog } from './access-log.ts';
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
  /** Whose connections it takes; nothing for a proxyless client, which takes none. */
  readonly side: 'inbound' | 'outbound' | 'gateway' | undefined;
}

export function httpConnectionManager(options: HttpManagerOptions): HttpConnectionManager {
  const { routes } = options;
  return create(HttpConnectionManagerSchema, {
    statPrefix: options.statPrefix,
    routeSpecifier:
      typeof routes === 'string'
        ? { case: 'rds', value: { configSource: adsSource(), routeConfigName: routes } }
        : { case: 'routeConfig', value: routes },
    httpFilters: httpFilters(options.side),
    upgradeConfigs: options.upgrades.map((upgradeType) => ({ upgradeType })),
    ...(options.allowAbsoluteUrl === true ? { httpProtocolOptions: { allowAbsoluteUrl: true } } : {}),
    ...(options.serverName === undefined ? {} : { serverName: options.serverName }),
    ...(options.side === undefined ? {} : takesConnections(options.side)),
  });
}

/** Injected faults and CORS, which routes configure, stand before the router; a proxyless client may leave faults out. */
function httpFilters(side: HttpManagerOptions['side']): HttpFilter[] {
  const filter = (name: string, value: Any, isOptional = false): HttpFilter =>
    create(HttpFilterSchema, { name, configType: { case: 'typedConfig', value }, isOptional });
  const fault = filter(
    'envoy.filters.http.fault',
    anyPack(HTTPFaultSchema, create(HTTPFaultSchema)),
    side === undefined,
  );
  const cors = filter('envoy.filters.http.cors', anyPack(CorsSchema, create(CorsSchema)));
  const router = filter('envoy.filters.http.router', anyPack(RouterSchema, create(RouterSchema)));
  if (side === 'inbound') return [router];
  return side === undefined ? [fault, router] : [fault, cors, router];
}

/** Istio's settings: whose certificate is told on, whether clients are believed, and paths that rules can trust. */
function takesConnections(side: 'inbound' | 'outbound' | 'gateway'): ManagerInit {
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
    accessLog: [accessLog()],
    streamIdleTimeout: duration(0),
    useRemoteAddress: side === 'gateway',
    normalizePath: true,
    ...certificate,
  };
}

export function httpFilter(manager: HttpConnectionManager): Filter {
  return create(FilterSchema, {
    name: 'envoy.filters.network.http_connection_manager',
    configType: { case: 'typedConfig', value: anyPack(HttpConnectionManagerSchema, manager) },
  });
}

export function tcpProxyFilter(statPrefix: string, cluster: string): Filter {
  const proxy = create(TcpProxySchema, {
    statPrefix,
    clusterSpecifier: { case: 'cluster', value: cluster },
    accessLog: [accessLog()],
  });
  return create(FilterSchema, {
    name: 'envoy.filters.network.tcp_proxy',
    configType: { case: 'typedConfig', value: anyPack(TcpProxySchema, proxy) },
  });
}
