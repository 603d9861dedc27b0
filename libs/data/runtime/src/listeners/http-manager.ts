/** The HTTP connection manager of a filter chain. */

import type { Any } from '@bufbuild/protobuf/wkt';
import { HttpProtocolOptions_HeadersWithUnderscoresAction as Underscores } from '@weft/xds-messages/envoy/config/core/v3/protocol';
import {
  HttpConnectionManager_CodecType as CodecType,
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
  HttpConnectionManager_ServerHeaderTransformation as ServerHeader,
} from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { refuse, unpack } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import * as limits from '../limits.ts';
import { compileRouteTable } from '../routes/route-table.ts';
import type { DownstreamHttp2, HttpHandlerTable } from '../tables/http-handler.ts';
import type { Ref, RouteTable } from '../tables/route.ts';
import { checkConfigSource } from '../tls/config-source.ts';
import { compileAccessLogs } from './access-log.ts';
import { compileHttpFilters } from './http-filters.ts';
import { addressingOf, clientCertOf, pathOf, requestIdOf } from './http-manager-parts.ts';
import type { ListenerContext, ListenerFindings } from './listener-context.ts';
import { compileLocalReply } from './local-reply.ts';
import { compileTracing } from './tracing.ts';

/** @param key of the chain, for the place of its own routes. @throws WeftError `config_rejected` */
export function compileHttpManager(
  config: Any,
  key: string,
  context: ListenerContext,
  findings: ListenerFindings,
  where: string,
): HttpHandlerTable {
  const manager = unpack(config, HttpConnectionManagerSchema, where);
  const { statPrefix } = manager;
  const upgrades = upgradesOf(manager, where);
  const { filters, router } = compileHttpFilters(
    manager.httpFilters,
    context.plugs,
    { clusterRef: context.routes.clusterRef, direction: findings.direction, statPrefix },
    where,
  );
  const http1 = manager.httpProtocolOptions;
  const scheme = manager.schemeHeaderTransformation?.transformation;
  return {
    kind: 'http',
    statPrefix,
    codec: codecOf(manager, where),
    routes: routesOf(manager, key, context, findings, where),
    filters,
    allowAbsoluteUrl: http1?.allowAbsoluteUrl !== false,
    acceptHttp10: http1?.acceptHttp10 === true,
    defaultHost: http1?.defaultHostForHttp10 ?? '',
    http1Trailers: http1?.enableTrailers === true,
    upgrades,
    accessLogs: compileAccessLogs(manager.accessLog, context.plugs, where),
    ...serverOf(manager),
    via: manager.via,
    ...timesOf(manager),
    ...boundsOf(manager, where),
    http2: http2Of(manager, where),
    schemeOverwrite: scheme?.case === 'schemeToOverwrite' ? schemeOf(scheme.value, where) : '',
    appendForwardedPort: manager.appendXForwardedPort,
    address: addressingOf(manager, where),
    path: pathOf(manager),
    requestId: requestIdOf(manager, where),
    clientCert: clientCertOf(manager),
    tracing: compileTracing(manager.tracing, context, where),
    stripPort:
      manager.stripPortMode.case === 'stripAnyHostPort' && manager.stripPortMode.value
        ? 'any'
        : manager.stripMatchingHostPort
          ? 'matching'
          : 'none',
    stripTrailingHostDot: manager.stripTrailingHostDot,
    localReply: compileLocalReply(manager.localReplyConfig, context.plugs, where),
    suppressEnvoyHeaders: router.suppressEnvoyHeaders,
    proxy100Continue: manager.proxy100Continue,
    mostSpecificMutationsWin: false,
  };
}

function codecOf(manager: HttpConnectionManager, where: string): HttpHandlerTable['codec'] {
  switch (manager.codecType) {
    case CodecType.AUTO:
      return 'auto';
    case CodecType.HTTP1:
      return 'http1';
    case CodecType.HTTP2:
      return 'http2';
    default:
      return refuse(where, 'codec_type: HTTP3 is not supported');
  }
}

function routesOf(
  manager: HttpConnectionManager,
  key: string,
  context: ListenerContext,
  findings: ListenerFindings,
  where: string,
): Ref<RouteTable | undefined> {
  const specifier = manager.routeSpecifier;
  if (specifier.case === 'rds') {
    const { routeConfigName, configSource } = specifier.value;
    checkConfigSource(configSource, 'rds.config_source', where);
    if (routeConfigName === '') refuse(where, 'rds.route_config_name is empty');
    findings.routeNames.add(routeConfigName);
    return context.routesRef(routeConfigName);
  }
  if (specifier.case !== 'routeConfig') return refuse(where, 'route_config or rds is missing');
  findings.inlineRoutes.set(key, compileRouteTable(specifier.value, context.routes, `${where} route_config`));
  return context.inlineRoutesRef(key);
}

function upgradesOf(manager: HttpConnectionManager, where: string): ReadonlySet<string> {
  const upgrades = new Set<string>();
  for (const upgrade of manager.upgradeConfigs) {
    const type = upgrade.upgradeType.toLowerCase();
    if (type === '') refuse(where, 'upgrade_configs: upgrade_type is empty');
    if (upgrade.enabled !== false) upgrades.add(type);
  }
  return upgrades;
}

/** Envoy's own name where the configuration gives none. */
function serverOf(manager: HttpConnectionManager): Pick<HttpHandlerTable, 'serverName' | 'serverNameMode'> {
  const serverName = manager.serverName || 'envoy';
  switch (manager.serverHeaderTransformation) {
    case ServerHeader.PASS_THROUGH:
      return { serverName: undefined, serverNameMode: 'pass' };
    case ServerHeader.APPEND_IF_ABSENT:
      return { serverName, serverNameMode: 'append' };
    default:
      return { serverName, serverNameMode: 'overwrite' };
  }
}

function timesOf(manager: HttpConnectionManager) {
  const common = manager.commonHttpProtocolOptions;
  return {
    streamIdleTimeoutMs: milliseconds(manager.streamIdleTimeout, limits.streamIdleTimeoutMs),
    idleTimeoutMs: milliseconds(common?.idleTimeout, limits.httpIdleTimeoutMs),
    requestTimeoutMs: milliseconds(manager.requestTimeout, 0),
    requestHeadersTimeoutMs: milliseconds(manager.requestHeadersTimeout, 0),
    maxStreamDurationMs: milliseconds(common?.maxStreamDuration, 0),
    connectionDurationMaxMs: milliseconds(common?.maxConnectionDuration, 0),
    drainTimeoutMs: milliseconds(manager.drainTimeout, limits.drainTimeoutMs),
    delayedCloseTimeoutMs: milliseconds(manager.delayedCloseTimeout, limits.delayedCloseTimeoutMs),
  };
}

function boundsOf(manager: HttpConnectionManager, where: string) {
  const common = manager.commonHttpProtocolOptions;
  const kilobytes = manager.maxRequestHeadersKb ?? limits.headKilobytesMax;
  if (kilobytes < 1 || kilobytes > 8_192) refuse(where, 'max_request_headers_kb must be 1 to 8192');
  const fields = common?.maxHeadersCount ?? limits.headFieldsMax;
  if (fields < 1) refuse(where, 'max_headers_count must be over 0');
  return {
    requestsPerConnectionMax: common?.maxRequestsPerConnection ?? 0,
    headBytesMax: kilobytes * 1_024,
    headFieldsMax: fields,
    concurrentStreamsMax: manager.http2ProtocolOptions?.maxConcurrentStreams ?? limits.concurrentStreamsMax,
    underscores: underscoresOf(common?.headersWithUnderscoresAction ?? Underscores.ALLOW),
  };
}

function underscoresOf(action: Underscores): HttpHandlerTable['underscores'] {
  if (action === Underscores.REJECT_REQUEST) return 'reject';
  return action === Underscores.DROP_HEADER ? 'drop' : 'allow';
}

function http2Of(manager: HttpConnectionManager, where: string): DownstreamHttp2 {
  const options = manager.http2ProtocolOptions;
  const keepalive = options?.connectionKeepalive;
  const pingIntervalMs = milliseconds(keepalive?.interval, 0);
  if (pingIntervalMs > 0 && keepalive?.timeout === undefined) {
    refuse(where, 'http2_protocol_options.connection_keepalive.timeout is missing');
  }
  return {
    initialStreamWindow: options?.initialStreamWindowSize ?? 0,
    initialConnectionWindow: options?.initialConnectionWindowSize ?? 0,
    pingIntervalMs,
    pingTimeoutMs: milliseconds(keepalive?.timeout, 0),
    extendedConnect: options?.allowConnect === true,
  };
}

function schemeOf(scheme: string, where: string): string {
  if (scheme !== 'http' && scheme !== 'https') refuse(where, 'scheme_header_transformation: only http and https');
  return scheme;
}
