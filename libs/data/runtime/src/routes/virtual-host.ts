/** A virtual host: its routes with all that the host and the table say for them. */

import {
  VirtualHost_TlsRequirementType as TlsRequirement,
  type VirtualHost,
  type Route as XdsRoute,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse } from '../check/refuse.ts';
import { shareOf } from '../matchers/fraction.ts';
import { provenanceOf } from '../metadata.ts';
import type {
  HeaderMutation,
  MirrorPolicy,
  Route,
  RouteRequest,
  RouteTracing,
  VirtualHostOrigin,
} from '../tables/route.ts';
import { compileDirect, compileRedirect, tlsRedirect } from './answer.ts';
import { compileFilterConfigs, type FilterConfigs } from './filter-configs.ts';
import { compileForward, type HostDefaults } from './forward.ts';
import { compileMutation, inSequence } from './header-mutation.ts';
import { compileMirrors } from './mirror.ts';
import type { PathShape } from './path-match.ts';
import { compileRateLimits } from './rate-limit.ts';
import { compileRetry } from './retry.ts';
import type { RouteContext } from './route-context.ts';
import { type CompiledRoute, type FindRoute, indexRoutes } from './route-index.ts';
import { compileMatch } from './route-match.ts';

/** What a table says for all of its virtual hosts. */
export interface TableDefaults {
  readonly requestHeaders: HeaderMutation | undefined;
  readonly responseHeaders: HeaderMutation | undefined;
  /** most_specific_header_mutations_wins: the table's go first, the route's last. */
  readonly specificLast: boolean;
  readonly filterConfigs: FilterConfigs | undefined;
  readonly mirrors: readonly MirrorPolicy[];
  readonly directBytesMax: number;
}

export interface CompiledHost extends VirtualHostOrigin {
  readonly find: FindRoute;
  /** What is answered where require_tls turns the request away; nothing: the request may go on. */
  refuseClear(request: RouteRequest): Route | undefined;
}

interface Level extends HostDefaults {
  readonly table: TableDefaults;
  readonly origin: VirtualHostOrigin;
  readonly filterConfigs: FilterConfigs | undefined;
  readonly requestHeaders: HeaderMutation | undefined;
  readonly responseHeaders: HeaderMutation | undefined;
}

/** @throws WeftError `config_rejected` */
export function compileHost(
  host: VirtualHost,
  table: TableDefaults,
  context: RouteContext,
  where: string,
): CompiledHost {
  if (host.name === '') refuse(where, 'name is empty');
  if (host.domains.length === 0) refuse(where, 'domains is empty');
  const origin = { name: host.name, from: provenanceOf(host.metadata) };
  const own = compileMirrors(host.requestMirrorPolicies, origin.from, context, where);
  const level: Level = {
    host,
    table,
    origin,
    retry: compileRetry(host.retryPolicy, where),
    mirrors: own.length === 0 ? table.mirrors : own,
    rateLimits: compileRateLimits(host.rateLimits, context, where),
    filterConfigs: compileFilterConfigs(host.typedPerFilterConfig, table.filterConfigs, context, where),
    requestHeaders: compileMutation(host.requestHeadersToAdd, host.requestHeadersToRemove, where),
    responseHeaders: compileMutation(host.responseHeadersToAdd, host.responseHeadersToRemove, where),
  };
  const routes = host.routes.map((route, index) =>
    compileRoute(route, level, context, `${where} route ${route.name === '' ? index : route.name}`),
  );
  return { ...origin, find: indexRoutes(routes), refuseClear: compileTlsRequirement(host, level, where) };
}

function compileRoute(route: XdsRoute, level: Level, context: RouteContext, where: string): CompiledRoute {
  const { path, test } = compileMatch(route.match, where);
  const filterConfigs = compileFilterConfigs(route.typedPerFilterConfig, level.filterConfigs, context, where);
  return {
    path,
    test,
    route: {
      name: route.name,
      from: provenanceOf(route.metadata),
      virtualHost: level.origin,
      connect: path.shape.connect,
      requestHeaders: ofLevels(
        level,
        compileMutation(route.requestHeadersToAdd, route.requestHeadersToRemove, where),
        'requestHeaders',
      ),
      responseHeaders: ofLevels(
        level,
        compileMutation(route.responseHeadersToAdd, route.responseHeadersToRemove, where),
        'responseHeaders',
      ),
      filterConfigs,
      operation: route.decorator?.operation ?? '',
      tracing: compileTracing(route),
      action: compileAction(route, path.shape, level, filterConfigs, context, where),
    },
  };
}

function ofLevels(
  level: Level,
  own: HeaderMutation | undefined,
  kind: 'requestHeaders' | 'responseHeaders',
): HeaderMutation | undefined {
  const { table } = level;
  return inSequence(table.specificLast ? [table[kind], level[kind], own] : [own, level[kind], table[kind]]);
}

function compileTracing(route: XdsRoute): RouteTracing | undefined {
  if (route.tracing === undefined) return undefined;
  const { clientSampling, randomSampling, overallSampling } = route.tracing;
  return {
    clientSampling: shareOf(clientSampling, 1) * 100,
    randomSampling: shareOf(randomSampling, 1) * 100,
    overallSampling: shareOf(overallSampling, 1) * 100,
  };
}

function compileAction(
  route: XdsRoute,
  shape: PathShape,
  level: Level,
  filterConfigs: FilterConfigs | undefined,
  context: RouteContext,
  where: string,
): Route['action'] {
  switch (route.action.case) {
    case 'route':
      return compileForward(route, route.action.value, shape, level, filterConfigs, context, where);
    case 'redirect':
      return compileRedirect(route.action.value, shape, where);
    case 'directResponse':
      return compileDirect(route.action.value, level.table.directBytesMax, where);
    case undefined:
      return refuse(where, 'it has no action');
    default:
      return refuse(where, `${route.action.case} is not supported`);
  }
}

const nothingRefused = (): undefined => undefined;

/** EXTERNAL_ONLY spares requests of the mesh (x-envoy-internal); x-forwarded-proto says what the client spoke. */
function compileTlsRequirement(host: VirtualHost, level: Level, where: string): CompiledHost['refuseClear'] {
  const { requireTls } = host;
  if (requireTls === TlsRequirement.NONE) return nothingRefused;
  if (requireTls !== TlsRequirement.ALL && requireTls !== TlsRequirement.EXTERNAL_ONLY) {
    return refuse(where, `require_tls ${requireTls} is not supported`);
  }
  const route: Route = {
    name: '',
    from: level.origin.from,
    virtualHost: level.origin,
    connect: false,
    requestHeaders: undefined,
    responseHeaders: undefined,
    filterConfigs: undefined,
    operation: '',
    tracing: undefined,
    action: tlsRedirect,
  };
  return (request) => {
    if ((request.header('x-forwarded-proto') ?? request.scheme) === 'https') return undefined;
    if (requireTls === TlsRequirement.EXTERNAL_ONLY && request.header('x-envoy-internal') === 'true') return undefined;
    return route;
  };
}
