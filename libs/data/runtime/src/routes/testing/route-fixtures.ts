/** Routes and exchanges in a few words, for tests. */

import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { RequestHead } from '@weft/http';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { messageRegistry } from '@weft/xds-messages/registry';
import type { ConnectionInfo } from '../../connection-info.ts';
import type { Exchange } from '../../exchange.ts';
import { SmallMap } from '../../small-map.ts';
import type { Cluster } from '../../tables/cluster.ts';
import type { ForwardAction, Route, RouteRequest, RouteTable } from '../../tables/route.ts';
import type { RouteContext } from '../route-context.ts';
import { compileRouteTable } from '../route-table.ts';

type Json = { readonly [key: string]: JsonValue };

const registry = messageRegistry();

/** Clusters "a", "b" and "c" exist; a filter's configuration compiles to its type and name. */
export function testContext(change: Partial<RouteContext> = {}): RouteContext {
  return {
    clusterRef: (name) => ({ current: namedCluster(name) }),
    clusterNamed: namedCluster,
    filterConfig: (name, config) => `${name}:${config.typeUrl.replace(/^.*\//, '')}`,
    serviceCluster: 'tests',
    ...change,
  };
}

function namedCluster(name: string): Cluster | undefined {
  return 'abc'.includes(name) ? ({ name } as Cluster) : undefined;
}

/** A table of Envoy's JSON. */
export function tableOf(virtualHosts: readonly Json[], change: Json = {}, context = testContext()): RouteTable {
  const json = { name: 'r', virtual_hosts: [...virtualHosts], ...change };
  return compileRouteTable(fromJson(RouteConfigurationSchema, json, { registry }), context, 'table r');
}

/** One virtual host for everything. */
export function tableOfRoutes(
  routes: readonly Json[],
  host: Json = {},
  change: Json = {},
  context = testContext(),
): RouteTable {
  return tableOf([{ name: 'h', domains: ['*'], routes: [...routes], ...host }], change, context);
}

/** The route of one route's table for GET /. */
export function onlyRoute(route: Json, host: Json = {}, change: Json = {}, context = testContext()): Route {
  const table = tableOfRoutes([{ match: { prefix: '/' }, ...route }], host, change, context);
  const found = table.match(request('GET a/'));
  if (found === undefined) throw new Error('no route');
  return found;
}

/** The action of a route to cluster "a". */
export function forwardOf(action: Json, host: Json = {}, change: Json = {}, context = testContext()): ForwardAction {
  const hasCluster = 'weighted_clusters' in action || 'cluster_header' in action;
  const route = onlyRoute({ route: hasCluster ? action : { cluster: 'a', ...action } }, host, change, context);
  if (route.action.kind !== 'forward') throw new Error(route.action.kind);
  return route.action;
}

/** "GET shop.test/a?b=c" with headers by lower-case name. */
export function request(text: string, headers: Readonly<Record<string, string>> = {}): RouteRequest {
  const [method = '', target = ''] = text.split(' ');
  const slash = target.indexOf('/');
  const authority = slash === -1 ? target : target.slice(0, slash);
  const [path = '', query = ''] = (slash === -1 ? '' : target.slice(slash)).split('?');
  return {
    method,
    authority,
    path,
    query,
    scheme: 'http',
    header: (name) => (name === 'host' ? authority : headers[name]),
  };
}

export const plainConnection = {
  remoteAddress: '10.1.2.3:4000',
  localAddress: '10.9.9.9:80',
  tls: false,
  peerCertificate: () => undefined,
  peerCertificateHash: undefined,
} as unknown as ConnectionInfo;

/** An exchange of the same words. */
export function exchange(text: string, headers: readonly string[] = [], change: Partial<Exchange> = {}): Exchange {
  const { method, authority, path, query, scheme } = request(text);
  const head = new RequestHead();
  Object.assign(head, { method, authority, path, query, hasQuery: text.includes('?') });
  head.fields.push(...headers);
  return {
    connection: plainConnection,
    request: head,
    method,
    authority,
    path,
    query,
    hasQuery: head.hasQuery,
    scheme,
    downstreamAddress: '10.1.2.3:4000',
    state: new SmallMap(),
    metadata: undefined,
    ...change,
  } as unknown as Exchange;
}

/** What a message says of itself when it is refused. */
export function refusal(compile: () => unknown): string {
  try {
    compile();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it was taken');
}

/** Typed config for Envoy's JSON. */
export function typed(schema: { readonly typeName: string }, content: Json = {}): Json {
  return { '@type': `type.googleapis.com/${schema.typeName}`, ...content };
}
