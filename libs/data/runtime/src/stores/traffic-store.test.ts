/** Listeners and route tables: what is forgotten with the last listener that asks for it, and what points to a cluster until then. */

import { createManualClock } from '@weft/kernel';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignmentSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { describe, expect, it } from 'vitest';
import { warmingMs } from '../limits.ts';
import type { Runtime } from '../runtime.ts';
import type { RouteTable } from '../tables/route.ts';
import { type ListenerInit, listenerOf, manager, tcpProxy } from '../testing/listeners.ts';
import {
  assignment,
  edsCluster,
  host,
  lbEndpoint,
  request,
  routeTo,
  routeUpdate,
  testRuntime,
  update,
} from '../testing/resources.ts';

const listener: ListenerInit = listenerOf([manager()]);
const listens = update(ListenerSchema, [listener]);
const listensNoMore = update(ListenerSchema, [], [listener.name]);
const routesTo = (cluster: string) => routeUpdate('r', [host('h', ['*'], [routeTo(cluster)])]);
const endpointOf = (cluster: string) =>
  update(ClusterLoadAssignmentSchema, [assignment(cluster, [lbEndpoint('10.0.0.1', 80)])]);

/** What a connection that is made now has for its routes. */
function placeOf(runtime: Runtime): { readonly current: RouteTable | undefined } {
  const handler = runtime.tables.listeners.get(listener.name)?.chains[0]?.handler;
  if (handler?.kind !== 'http') throw new Error('no http');
  return handler.routes;
}

function targetIn(table: RouteTable | undefined) {
  const action = table?.match(request('GET a/'))?.action;
  if (action?.kind !== 'forward') throw new Error('no forward');
  return action.targets[0]?.cluster;
}

function receivedRoutes(runtime: Runtime): readonly string[] {
  return [...(runtime.received().get('type.googleapis.com/envoy.config.route.v3.RouteConfiguration')?.keys() ?? [])];
}

describe('a route table that no listener asks for any more', () => {
  it('lends no host to the one that comes back: what that points to was forgotten', () => {
    const runtime = testRuntime(createManualClock());
    for (const taken of [listens, routesTo('c'), listensNoMore, listens, routesTo('c')]) {
      expect(runtime.apply(taken)).toBeUndefined();
    }
    runtime.apply(update(ClusterSchema, [edsCluster('c')]));
    runtime.apply(endpointOf('c'));
    expect(targetIn(placeOf(runtime).current)?.current?.pick()?.hostPort).toBe('10.0.0.1:80');
  });

  it('stays with the connections that drain, and is nothing to those that come later', () => {
    const runtime = testRuntime(createManualClock());
    runtime.apply(listens);
    runtime.apply(routesTo('old'));
    const drains = placeOf(runtime);
    runtime.apply(listensNoMore);
    runtime.apply(listens);
    expect(placeOf(runtime).current).toBeUndefined();
    runtime.apply(routesTo('new'));
    expect(placeOf(runtime).current?.match(request('GET a/'))?.name).toBe('new');
    expect(drains.current?.match(request('GET a/'))?.name).toBe('old');
  });

  it('makes none wait that comes after it, so that all that is in force is among what was received', () => {
    const clock = createManualClock();
    const runtime = testRuntime(clock);
    for (const taken of [listens, routesTo('old'), listensNoMore, listens]) runtime.apply(taken);
    runtime.apply(update(ClusterSchema, [edsCluster('warming')]));
    runtime.apply(routesTo('warming'));
    clock.advance(warmingMs);
    expect([...runtime.tables.routes.keys()]).toEqual(['r']);
    expect(receivedRoutes(runtime)).toEqual(['r']);
  });

  it('is forgotten with the next listeners where it came too late', () => {
    const runtime = testRuntime(createManualClock());
    for (const taken of [listens, listensNoMore, routesTo('c')]) runtime.apply(taken);
    expect(receivedRoutes(runtime)).toEqual(['r']);
    expect(runtime.apply(update(ListenerSchema, [listenerOf([tcpProxy()], { name: 'other' })]))).toBeUndefined();
    expect(runtime.tables.routes.size).toBe(0);
    expect(receivedRoutes(runtime)).toEqual([]);
  });
});

describe('a route table in force', () => {
  it('has its clusters when they come again, while the next one waits for its own', () => {
    const clock = createManualClock();
    const runtime = testRuntime(clock);
    for (const taken of [listens, update(ClusterSchema, [edsCluster('old')]), endpointOf('old'), routesTo('old')]) {
      expect(runtime.apply(taken)).toBeUndefined();
    }
    runtime.apply(update(ClusterSchema, [edsCluster('new')]));
    runtime.apply(routesTo('new'));
    runtime.apply(update(ClusterSchema, [], ['old']));
    runtime.apply(update(ClusterSchema, [edsCluster('old')]));
    runtime.apply(endpointOf('old'));
    const waited = placeOf(runtime).current;
    expect(waited?.match(request('GET a/'))?.name).toBe('old');
    expect(targetIn(waited)?.current?.pick()?.hostPort).toBe('10.0.0.1:80');
    clock.advance(warmingMs);
    expect(placeOf(runtime).current?.match(request('GET a/'))?.name).toBe('new');
  });

  it('is what the next one takes its hosts from, whatever was refused in between', () => {
    const runtime = testRuntime(createManualClock());
    const kept = host('a', ['a'], [routeTo('c')]);
    const hostNow = (name: string) => runtime.tables.routes.get('r')?.virtualHostOf(name);
    runtime.apply(routeUpdate('r', [kept, host('b', ['b'], [routeTo('c')])]));
    const [a, b] = [hostNow('a'), hostNow('b')];
    const refused = routeUpdate('r', [kept, host('b', ['b'], [routeTo('d')]), host('x', ['a'], [])]);
    expect(runtime.apply(refused)).toBe('RouteConfiguration r: domain "a" is claimed twice');
    expect(hostNow('b')).toBe(b);
    expect(runtime.apply(routeUpdate('r', [kept, host('b', ['b'], [routeTo('e')])]))).toBeUndefined();
    expect(hostNow('a')).toBe(a);
    expect(hostNow('b')).not.toBe(b);
    expect(runtime.tables.routes.get('r')?.match(request('GET b/'))?.name).toBe('e');
  });
});
