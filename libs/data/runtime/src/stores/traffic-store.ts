/** Listeners and route tables, and the places that connections hold: the state behind LDS and RDS. */

import type { CompiledListener } from '../listeners/listener.ts';
import { createPlaces } from '../places.ts';
import type { WithClusters } from '../routes/route-context.ts';
import type { RouteTableVersion } from '../routes/route-table-versions.ts';
import type { ListenerTable } from '../tables/listener.ts';
import type { Ref, RouteTable } from '../tables/route.ts';
import { createWarmSwap, type WarmSwapOptions } from './warm-swap.ts';

export interface TrafficStore {
  readonly listeners: ReadonlyMap<string, ListenerTable>;
  readonly routes: ReadonlyMap<string, RouteTable>;
  /** The last of each table that is in force or waits for it: the clusters of these keep their places. */
  readonly routeVersions: ReadonlyMap<string, RouteTableVersion>;
  routesRef(name: string): Ref<RouteTable | undefined>;
  /** @param key of listener and chain. */
  inlineRoutesRef(key: string): Ref<RouteTable | undefined>;
  /** Forgets the tables that no listener asks for any more. */
  commitListeners(changed: ReadonlyMap<string, WithClusters<CompiledListener>>, removed: readonly string[]): void;
  commitRoutes(changed: ReadonlyMap<string, RouteTableVersion>, removed: readonly string[]): void;
  /** Brings waiting routes into force whose clusters have their endpoints now. */
  recheck(): void;
  stop(): void;
  /** RDS names that the listeners ask for. */
  wanted(): ReadonlySet<string>;
  referencesCluster(name: string): boolean;
}

export function createTrafficStore(options: WarmSwapOptions): TrafficStore {
  const warm = createWarmSwap(options);
  const compiled = new Map<string, WithClusters<CompiledListener>>();
  const listeners = new Map<string, ListenerTable>();
  const routes = new Map<string, RouteTable>();
  const routeVersions = new Map<string, RouteTableVersion>();
  /** Of the tables in force, which may be older than their last version. */
  const routeClusters = new Map<string, ReadonlySet<string>>();
  const named = createPlaces<RouteTable>();
  const inline = createPlaces<RouteTable>();

  const wanted = (): ReadonlySet<string> => namesOf(compiled, ({ routeNames }) => routeNames);
  const dropRoutes = (name: string): void => {
    warm.cancel(name);
    routes.delete(name);
    routeVersions.delete(name);
    routeClusters.delete(name);
  };

  return {
    listeners,
    routes,
    routeVersions,
    routesRef: named.ref,
    inlineRoutesRef: inline.ref,
    wanted,
    commitListeners(changed, removed) {
      for (const [name, listener] of changed) {
        compiled.set(name, listener);
        listeners.set(name, listener.value.table);
        for (const [key, table] of listener.value.inlineRoutes) inline.at(key).current = table;
      }
      for (const name of removed) {
        compiled.delete(name);
        listeners.delete(name);
      }
      const keys = namesOf(compiled, ({ inlineRoutes }) => inlineRoutes.keys());
      const now = wanted();
      for (const name of routeVersions.keys()) if (!now.has(name)) dropRoutes(name);
      // Places are forgotten, not emptied: connections that drain keep the last routes in theirs, and the name begins anew.
      inline.keep((key) => keys.has(key));
      named.keep((name) => now.has(name));
    },
    commitRoutes(changed, removed) {
      for (const [name, version] of changed) {
        const { table, clusters } = version;
        const place = named.at(name);
        const put = (): void => {
          routes.set(name, table);
          routeClusters.set(name, clusters);
          place.current = table;
        };
        routeVersions.set(name, version);
        // First routes have nothing in force that would be better meanwhile.
        if (place.current === undefined) put();
        else warm.swap(name, clusters, put);
      }
      for (const name of removed) {
        dropRoutes(name);
        named.at(name).current = undefined;
      }
      const now = wanted();
      named.sweep((name) => now.has(name));
    },
    recheck: warm.recheck,
    stop: warm.stop,
    referencesCluster(name) {
      for (const { clusters } of compiled.values()) if (clusters.has(name)) return true;
      for (const { clusters } of routeVersions.values()) if (clusters.has(name)) return true;
      for (const clusters of routeClusters.values()) if (clusters.has(name)) return true;
      return false;
    },
  };
}

function namesOf(
  listeners: ReadonlyMap<string, WithClusters<CompiledListener>>,
  read: (listener: CompiledListener) => Iterable<string>,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { value } of listeners.values()) for (const name of read(value)) names.add(name);
  return names;
}
