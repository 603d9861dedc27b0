/** A RouteConfiguration as a table: domains, then the first route that matches. */

import type { Random } from '@weft/kernel';
import type { RouteConfiguration } from '@weft/xds-messages/envoy/config/route/v3/route';
import { refuse } from '../check/refuse.ts';
import { directResponseBytesMax } from '../limits.ts';
import { provenanceOf } from '../metadata.ts';
import type { RouteTable } from '../tables/route.ts';
import type { DomainIndex } from './domains.ts';
import { compileFilterConfigs } from './filter-configs.ts';
import { compileMutation } from './header-mutation.ts';
import { indexHosts } from './host-index.ts';
import { compileMirrors } from './mirror.ts';
import type { RouteContext } from './route-context.ts';
import { type CompiledHost, compileHost, type TableDefaults } from './virtual-host.ts';

/** For those who only ask what could match. */
const noChance: Random = () => 0;

/** @param where "RouteConfiguration http_proxy". @throws WeftError `config_rejected` */
export function compileRouteTable(config: RouteConfiguration, context: RouteContext, where: string): RouteTable {
  const checked = config.validateClusters === true ? onlyKnown(context, where) : context;
  const defaults = compileDefaults(config, checked, where);
  const hosts = config.virtualHosts.map((host) =>
    compileHost(host, defaults, checked, `${where} virtual host ${host.name}`),
  );
  return joinRouteTable(config, hosts, indexHosts(config.virtualHosts, where).domains);
}

/**
 * @param config its virtual hosts are not read.
 * @param hosts in the places that the index knows.
 */
export function joinRouteTable(
  config: RouteConfiguration,
  hosts: readonly CompiledHost[],
  domains: DomainIndex,
): RouteTable {
  // Place -1, of no host, finds nothing.
  const hostOf = config.ignorePortInHostMatching
    ? (authority: string) => hosts[domains.find(withoutPort(authority).toLowerCase())]
    : (authority: string) => hosts[domains.find(authority.toLowerCase())];
  const pathOf = config.ignorePathParametersInPathMatching ? withoutParameters : asItIs;
  return {
    name: config.name,
    internalOnlyHeaders: config.internalOnlyHeaders.map((name) => name.toLowerCase()),
    match(request, facts, random = noChance) {
      const host = hostOf(request.authority);
      if (host === undefined) return undefined;
      return host.refuseClear(request) ?? host.find(pathOf(request.path), request, facts, random);
    },
    virtualHostOf: (authority) => hostOf(authority),
  };
}

/** What all virtual hosts of a table begin with. */
export function compileDefaults(config: RouteConfiguration, context: RouteContext, where: string): TableDefaults {
  return {
    requestHeaders: compileMutation(config.requestHeadersToAdd, config.requestHeadersToRemove, where),
    responseHeaders: compileMutation(config.responseHeadersToAdd, config.responseHeadersToRemove, where),
    specificLast: config.mostSpecificHeaderMutationsWins,
    filterConfigs: compileFilterConfigs(config.typedPerFilterConfig, undefined, context, where),
    mirrors: compileMirrors(config.requestMirrorPolicies, provenanceOf(config.metadata), context, where),
    directBytesMax: config.maxDirectResponseBodySizeBytes ?? directResponseBytesMax,
  };
}

/** validate_clusters: a cluster that is named must exist. */
export function onlyKnown(context: RouteContext, where: string): RouteContext {
  return {
    ...context,
    clusterRef(name) {
      if (context.clusterNamed(name) === undefined) refuse(where, `cluster ${JSON.stringify(name)} is not known`);
      return context.clusterRef(name);
    },
  };
}

function asItIs(path: string): string {
  return path;
}

/** "/a;v=1/b" is compared as "/a". */
function withoutParameters(path: string): string {
  const semicolon = path.indexOf(';');
  return semicolon === -1 ? path : path.slice(0, semicolon);
}

function withoutPort(authority: string): string {
  const bracket = authority.startsWith('[') ? authority.lastIndexOf(']') + 1 : 0;
  const colon = authority.indexOf(':', bracket);
  return colon === -1 ? authority : authority.slice(0, colon);
}
