/** A RouteConfiguration as a table: domains, then the first route that matches. */

import type { RouteConfiguration } from '@weft/xds-messages/envoy/config/route/v3/route';
import {
  VirtualHost_TlsRequirementType as TlsRequirement,
  type VirtualHost,
  type Route as XdsRoute,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse } from '../check/refuse.ts';
import { provenanceOf } from '../metadata.ts';
import type { Route, RouteTable, VirtualHostOrigin } from '../tables.ts';
import { compileDirect, compileRedirect } from './answer.ts';
import { compileDomains } from './domains.ts';
import { type ClusterRef, compileForward } from './forward.ts';
import { compileMutation } from './header-mutation.ts';
import { compileMatch, type RequestTest } from './request-test.ts';

interface CompiledRoute {
  readonly test: RequestTest;
  readonly route: Route;
}

interface CompiledHost extends VirtualHostOrigin {
  readonly routes: readonly CompiledRoute[];
}

/** @param where "RouteConfiguration http_proxy". @throws WeftError `config_rejected` */
export function compileRouteTable(config: RouteConfiguration, clusterRef: ClusterRef, where: string): RouteTable {
  const hosts = config.virtualHosts.map((host) => ({
    domains: host.domains,
    value: compileHost(host, clusterRef, `${where} virtual host ${host.name}`),
  }));
  const domains = compileDomains(hosts, where);
  const hostOf = config.ignorePortInHostMatching
    ? (authority: string) => domains.find(withoutPort(authority))
    : domains.find;
  return {
    name: config.name,
    match(request) {
      const host = hostOf(request.authority);
      if (host === undefined) return undefined;
      const { routes } = host;
      for (let index = 0; index < routes.length; index += 1) {
        const candidate = routes[index]!;
        if (candidate.test(request)) return candidate.route;
      }
      return undefined;
    },
    virtualHostOf: (authority) => hostOf(authority),
  };
}

function compileHost(host: VirtualHost, clusterRef: ClusterRef, where: string): CompiledHost {
  if (host.domains.length === 0) refuse(where, 'domains is empty');
  if (host.requireTls !== TlsRequirement.NONE) refuse(where, 'field require_tls is not supported');
  const routes = host.routes.map((route, index) =>
    compileRoute(route, clusterRef, `${where} route ${route.name === '' ? index : route.name}`),
  );
  return { name: host.name, from: provenanceOf(host.metadata), routes };
}

function compileRoute(route: XdsRoute, clusterRef: ClusterRef, where: string): CompiledRoute {
  const { test, shape } = compileMatch(route.match, where);
  return {
    test,
    route: {
      name: route.name === '' ? 'default' : route.name,
      from: provenanceOf(route.metadata),
      connect: shape.connect,
      requestHeaders: compileMutation(route.requestHeadersToAdd, route.requestHeadersToRemove, where),
      responseHeaders: compileMutation(route.responseHeadersToAdd, route.responseHeadersToRemove, where),
      action: compileAction(route, shape, clusterRef, where),
    },
  };
}

function compileAction(
  route: XdsRoute,
  shape: Parameters<typeof compileRedirect>[1],
  clusterRef: ClusterRef,
  where: string,
): Route['action'] {
  switch (route.action.case) {
    case 'route':
      return compileForward(route, route.action.value, shape, clusterRef, where);
    case 'redirect':
      return compileRedirect(route.action.value, shape, where);
    case 'directResponse':
      return compileDirect(route.action.value, where);
    default:
      return refuse(where, 'it has no action');
  }
}

function withoutPort(authority: string): string {
  const bracket = authority.startsWith('[') ? authority.lastIndexOf(']') + 1 : 0;
  const colon = authority.indexOf(':', bracket);
  return colon === -1 ? authority : authority.slice(0, colon);
}
