/** The HTTP connection manager of a listener. */

import type { Any } from '@bufbuild/protobuf/wkt';
import { RouterSchema } from '@weft/xds-messages/envoy/extensions/filters/http/router/v3/router';
import {
  HttpConnectionManager_CodecType as CodecType,
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
  HttpConnectionManager_ServerHeaderTransformation as ServerHeader,
} from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { refuse, unpack } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import { streamIdleTimeoutMs } from '../limits.ts';
import type { ClusterRef } from '../routes/forward.ts';
import { compileRouteTable } from '../routes/route-table.ts';
import type { HttpHandlerTable, Ref, RouteTable } from '../tables.ts';
import { compileAccessLog } from './access-log.ts';

export interface HttpManagerContext {
  readonly clusterRef: ClusterRef;
  /** Place of a table that comes by RDS. */
  routesRef(name: string): Ref<RouteTable | undefined>;
  /** Place of the routes that stand in a listener itself. */
  inlineRoutesRef(listener: string): Ref<RouteTable | undefined>;
}

export interface CompiledHttpManager {
  readonly handler: HttpHandlerTable;
  readonly routeName: string | undefined;
  readonly inlineRoutes: RouteTable | undefined;
}

export function compileHttpManager(
  config: Any,
  listener: string,
  context: HttpManagerContext,
  where: string,
): CompiledHttpManager {
  const manager = unpack(config, HttpConnectionManagerSchema, where);
  if (manager.codecType !== CodecType.AUTO && manager.codecType !== CodecType.HTTP1) {
    refuse(where, 'codec_type: only AUTO and HTTP1 are supported');
  }
  checkFilters(manager, where);
  const upgrades = upgradesOf(manager, where);
  const { routes, routeName, inlineRoutes } = routesOf(manager, listener, context, where);
  return {
    routeName,
    inlineRoutes,
    handler: {
      kind: 'http',
      statPrefix: manager.statPrefix,
      routes,
      allowAbsoluteUrl: manager.httpProtocolOptions?.allowAbsoluteUrl === true,
      allowConnect: upgrades.has('connect'),
      allowWebsocket: upgrades.has('websocket'),
      accessLog: compileAccessLog(manager.accessLog, where),
      serverName: serverNameOf(manager, where),
      streamIdleTimeoutMs: milliseconds(manager.streamIdleTimeout, streamIdleTimeoutMs),
    },
  };
}

function routesOf(manager: HttpConnectionManager, listener: string, context: HttpManagerContext, where: string) {
  const specifier = manager.routeSpecifier;
  if (specifier.case === 'rds') {
    const { routeConfigName, configSource } = specifier.value;
    if (configSource?.configSourceSpecifier.case !== 'ads') refuse(where, 'rds.config_source: only ads is supported');
    if (routeConfigName === '') refuse(where, 'rds.route_config_name is empty');
    return { routes: context.routesRef(routeConfigName), routeName: routeConfigName, inlineRoutes: undefined };
  }
  if (specifier.case !== 'routeConfig') return refuse(where, 'route_config or rds is missing');
  const inlineRoutes = compileRouteTable(specifier.value, context.clusterRef, `${where} route_config`);
  return { routes: context.inlineRoutesRef(listener), routeName: undefined, inlineRoutes };
}

function checkFilters(manager: HttpConnectionManager, where: string): void {
  if (manager.httpFilters.length !== 1) refuse(where, 'http_filters: only the router is supported');
  for (const filter of manager.httpFilters) {
    if (filter.configType.case !== 'typedConfig') refuse(where, `http filter ${filter.name} is not supported`);
    unpack(filter.configType.value, RouterSchema, `${where}: http filter ${filter.name}`);
  }
}

function upgradesOf(manager: HttpConnectionManager, where: string): ReadonlySet<string> {
  const upgrades = new Set<string>();
  for (const upgrade of manager.upgradeConfigs) {
    const type = upgrade.upgradeType.toLowerCase();
    if (type !== 'websocket' && type !== 'connect') {
      refuse(where, `upgrade_configs: ${upgrade.upgradeType} is not supported`);
    }
    if (upgrade.enabled !== false) upgrades.add(type);
  }
  return upgrades;
}

/** Without a name of its own a proxy leaves the upstream's `server` alone. */
function serverNameOf(manager: HttpConnectionManager, where: string): string | undefined {
  switch (manager.serverHeaderTransformation) {
    case ServerHeader.PASS_THROUGH:
      return undefined;
    case ServerHeader.OVERWRITE:
      return manager.serverName === '' ? undefined : manager.serverName;
    default:
      return refuse(where, 'server_header_transformation APPEND_IF_ABSENT is not supported');
  }
}
