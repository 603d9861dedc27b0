/** Finds the first route of a list that takes a path, without asking each one. */

import type { Random } from '@weft/kernel';
import type { Route, RouteFacts, RouteRequest } from '../tables/route.ts';
import type { CompiledMatch } from './route-match.ts';

export interface CompiledRoute extends CompiledMatch {
  readonly route: Route;
}

/** @param path the request's, as routes compare it. */
export type FindRoute = (
  path: string,
  request: RouteRequest,
  facts: RouteFacts | undefined,
  random: Random,
) => Route | undefined;

/** Shorter lists are walked. */
const walkedMax = 8;
/** Lengths of heads that are looked up for one request. */
const lengthsMax = 16;

/** The first in the order of the list, always. CONNECT is taken by routes with a connect_matcher only, and by no path. */
export function indexRoutes(routes: readonly CompiledRoute[]): FindRoute {
  return routes.length <= walkedMax ? createWalk(routes) : createIndex(routes);
}

/** The list as it is: what an index must agree with. */
export function createWalk(routes: readonly CompiledRoute[]): FindRoute {
  return (path, request, facts, random) => {
    const connect = request.method === 'CONNECT';
    for (let index = 0; index < routes.length; index += 1) {
      const candidate = routes[index]!;
      if (takes(candidate, connect, path, request, facts, random)) return candidate.route;
    }
    return undefined;
  };
}

function takes(
  candidate: CompiledRoute,
  connect: boolean,
  path: string,
  request: RouteRequest,
  facts: RouteFacts | undefined,
  random: Random,
): boolean {
  const match = candidate.path;
  if (match.shape.connect !== connect) return false;
  if (match.test !== undefined && !match.test(path)) return false;
  return candidate.test === undefined || candidate.test(request, facts, random);
}

/** Places in the list, rising. */
type Places = number[];

export function createIndex(routes: readonly CompiledRoute[]): FindRoute {
  const exact = new Map<string, Places>();
  const anywhere: Places = [];
  const heads: { readonly head: string; readonly place: number }[] = [];
  routes.forEach(({ path }, place) => {
    if (path.exact !== undefined) put(exact, path.exact, place);
    else if (path.head === '' || path.head === '/') anywhere.push(place);
    else heads.push({ head: path.head, place });
  });
  const groups = groupByLength(heads, anywhere);
  const first = (
    places: Places | undefined,
    before: number,
    path: string,
    request: RouteRequest,
    facts: RouteFacts | undefined,
    random: Random,
  ): number => {
    if (places === undefined) return before;
    const connect = request.method === 'CONNECT';
    for (let index = 0; index < places.length; index += 1) {
      const place = places[index]!;
      if (place >= before) return before;
      if (takes(routes[place]!, connect, path, request, facts, random)) return place;
    }
    return before;
  };
  return (path, request, facts, random) => {
    let best = first(exact.get(path), routes.length, path, request, facts, random);
    for (let index = 0; index < groups.length; index += 1) {
      const group = groups[index]!;
      if (group.length > path.length) break;
      best = first(group.byHead.get(path.slice(0, group.length)), best, path, request, facts, random);
    }
    return routes[first(anywhere, best, path, request, facts, random)]?.route;
  };
}

interface HeadGroup {
  readonly length: number;
  readonly byHead: Map<string, Places>;
}

/** Shortest first. With too many lengths heads are cut to a few: a shorter head is no less true. */
function groupByLength(
  heads: readonly { readonly head: string; readonly place: number }[],
  anywhere: Places,
): HeadGroup[] {
  const lengths = [...new Set(heads.map(({ head }) => head.length))].sort((a, b) => a - b);
  const step = Math.ceil(lengths.length / lengthsMax);
  const kept = lengths.filter((_length, index) => index % step === 0);
  const groups = new Map<number, HeadGroup>(kept.map((length) => [length, { length, byHead: new Map() }]));
  for (const { head, place } of heads) {
    const length = kept.findLast((each) => each <= head.length);
    const group = length === undefined ? undefined : groups.get(length);
    if (group === undefined || length === undefined) anywhere.push(place);
    else put(group.byHead, head.slice(0, length), place);
  }
  anywhere.sort((a, b) => a - b);
  return [...groups.values()];
}

function put(into: Map<string, Places>, key: string, place: number): void {
  const places = into.get(key);
  if (places === undefined) into.set(key, [place]);
  else places.push(place);
}
