/** What differs between two RouteConfigurations of one name, host by host. */

import { toJsonString } from '@bufbuild/protobuf';
import type { RouteConfiguration } from '@weft/xds-messages/envoy/config/route/v3/route';
import {
  type Route,
  RouteMatchSchema,
  type VirtualHost,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import type { DecodedSnapshot } from './evaluate/decoded-snapshot.ts';
import { fromOf, targetsOf } from './explain-request.ts';
import type { ChangeOfProxy } from './planned-change.ts';
import { answerWords, routeWords } from './route-words.ts';
import { matchWords, percentWords } from './words.ts';

export interface RoutesOfSide {
  readonly configuration: RouteConfiguration | undefined;
  readonly snapshot: DecodedSnapshot;
}

export function routeChanges(before: RoutesOfSide, after: RoutesOfSide): readonly ChangeOfProxy[] {
  const old = hostsOf(before.configuration);
  const now = hostsOf(after.configuration);
  const names = [...new Set([...old.keys(), ...now.keys()])];
  return names.flatMap((name) => hostChanges(name, old.get(name), now.get(name), after.snapshot));
}

function hostsOf(configuration: RouteConfiguration | undefined): ReadonlyMap<string, VirtualHost> {
  return new Map((configuration?.virtualHosts ?? []).map((host) => [host.name, host]));
}

function hostChanges(
  name: string,
  before: VirtualHost | undefined,
  after: VirtualHost | undefined,
  snapshot: DecodedSnapshot,
): readonly ChangeOfProxy[] {
  const place = placeOf(name);
  const change = (text: string, danger?: string, route?: Route): ChangeOfProxy => ({
    kind: 'route',
    ...place,
    text,
    ...(danger === undefined ? {} : { danger }),
    ...(route === undefined ? {} : { from: fromOf(route) }),
  });
  if (after === undefined) return [change('is known no longer', 'requests for it fail, or leave the mesh')];
  const label = (cluster: string): string => clusterLabel(cluster, place.service, place.port);
  if (before === undefined) {
    return after.routes.map((route) =>
      change(
        `becomes known: ${said(route, answerWords(route, label))}`,
        dangerOf(route, undefined, snapshot, label),
        route,
      ),
    );
  }
  const old = byMatch(before.routes);
  const now = byMatch(after.routes);
  const found: ChangeOfProxy[] = [];
  for (const [key, route] of now) {
    const was = old.get(key);
    const words =
      was === undefined ? [`a new rule: requests ${answerWords(route, label)}`] : routeWords(was, route, label);
    if (words.length > 0)
      found.push(change(said(route, words.join('; ')), dangerOf(route, was, snapshot, label), route));
  }
  for (const [key, route] of old) {
    if (!now.has(key)) found.push(change(said(route, 'the rule is gone; later rules decide')));
  }
  if (found.length === 0 && [...old.keys()].join('\n') !== [...now.keys()].join('\n')) {
    found.push(
      change(
        `its rules are asked in another order: ${[...now.values()].map(({ match }) => matchWords(match)).join(', then ')}`,
      ),
    );
  }
  return found;
}

/** "payment.shop.svc.cluster.local:8080". */
function placeOf(name: string): { readonly service: string; readonly port?: number } {
  const colon = name.lastIndexOf(':');
  const port = Number(name.slice(colon + 1));
  return colon > 0 && Number.isInteger(port) ? { service: name.slice(0, colon), port } : { service: name };
}

/** The first route of a match counts. */
function byMatch(routes: readonly Route[]): ReadonlyMap<string, Route> {
  const found = new Map<string, Route>();
  for (const route of routes) {
    const key = route.match === undefined ? '' : toJsonString(RouteMatchSchema, route.match);
    if (!found.has(key)) found.set(key, route);
  }
  return found;
}

function said({ match }: Route, words: string): string {
  const what = matchWords(match);
  return what === 'all requests' || what === 'tunnels' ? words : `${what}: ${words}`;
}

/** "v2", "v2 of payment.shop", "payment.shop:9090". */
function clusterLabel(cluster: string, service: string, port: number | undefined): string {
  const [direction, number, subset = '', host = ''] = cluster.split('|');
  if (direction !== 'outbound') return cluster;
  const elsewhere = host === service ? '' : host.replace(/\.svc\..*$/, '');
  const otherPort = Number(number) === port || port === undefined ? '' : `:${number}`;
  if (subset === '')
    return elsewhere === '' ? `all of ${host.split('.')[0] ?? host}${otherPort}` : elsewhere + otherPort;
  return `${subset}${elsewhere === '' ? '' : ` of ${elsewhere}`}${otherPort}`;
}

/** Clusters that are not there, or have nobody behind them, and get more than before. */
function dangerOf(
  route: Route,
  before: Route | undefined,
  { clusters, endpoints }: DecodedSnapshot,
  label: (cluster: string) => string,
): string | undefined {
  if (route.action.case !== 'route') return undefined;
  const targets = targetsOf(route.action.value);
  const sum = targets.reduce((total, { weight }) => total + weight, 0);
  const old = new Set(
    before?.action.case === 'route' ? targetsOf(before.action.value).map(({ cluster }) => cluster) : [],
  );
  for (const { cluster, weight } of targets) {
    if (!cluster.startsWith('outbound|') || weight === 0) continue;
    const share = percentWords(weight / Math.max(1, sum));
    const message = clusters.get(cluster);
    if (message === undefined) return `there is no ${label(cluster)}: ${share} of requests get 503`;
    const assignment = endpoints.get(message.edsClusterConfig?.serviceName || cluster);
    const empty = assignment?.endpoints.every(({ lbEndpoints }) => lbEndpoints.length === 0) === true;
    if (empty && !old.has(cluster)) return `nobody is behind ${label(cluster)}: ${share} of requests get 503`;
  }
  return undefined;
}
