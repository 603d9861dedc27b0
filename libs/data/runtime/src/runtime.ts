/** The one mutator: takes xDS updates into the tables that requests run on, or refuses them whole. */

import type { Cancel, Clock, Random } from '@weft/kernel';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignmentSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import type { ReceivedResource, ResourceUpdate } from '@weft/xds-protocol';
import { createResourceKind, type ResourceKind } from './apply-update.ts';
import type { CreateBalancer } from './balancer.ts';
import { compileAssignment } from './clusters/assignment.ts';
import { compileCluster } from './clusters/cluster-spec.ts';
import type { ResolveDns } from './clusters/dns-refresh.ts';
import type { HealthProbe } from './clusters/health-check.ts';
import { compileListener } from './listeners/listener.ts';
import type { ClusterRef } from './routes/forward.ts';
import { compileRouteTable } from './routes/route-table.ts';
import { compileRoots } from './secrets/secret.ts';
import { type ClusterStore, createClusterStore } from './stores/cluster-store.ts';
import { createTrafficStore, type TrafficStore, type WithClusters } from './stores/traffic-store.ts';
import type { Cluster, Endpoint, ListenerTable, Ref, RouteTable } from './tables.ts';
import { rootsSecretName } from './tls/transport-socket.ts';

export interface RuntimeOptions {
  readonly createBalancer: CreateBalancer;
  readonly clock: Clock;
  readonly random: Random;
  /** For STRICT_DNS clusters. */
  readonly resolveDns: ResolveDns;
  /** What a listener with `traffic_direction: OUTBOUND` is here: a gateway's or a sidecar's. */
  readonly outbound: 'outbound' | 'gateway';
}

/** What requests, admin and `explain` read. The maps are the living ones: never keep a copy. */
export interface Tables {
  readonly listeners: ReadonlyMap<string, ListenerTable>;
  readonly routes: ReadonlyMap<string, RouteTable>;
  readonly clusters: ReadonlyMap<string, Cluster>;
  /** Roots of the mesh as PEM (secret ROOTCA). */
  readonly roots: Ref<string | undefined>;
  /** The active health checks of a cluster, as written; none for one that is not known. */
  probesOf(cluster: string): readonly HealthProbe[];
}

export interface RuntimeChange {
  readonly typeUrl: string;
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** Names to subscribe to; listeners and clusters are wanted all ("*"). */
export interface Wanted {
  readonly routes: readonly string[];
  readonly endpoints: readonly string[];
  readonly secrets: readonly string[];
}

export interface Runtime {
  readonly tables: Tables;
  /**
   * All or nothing. @returns the reason of a NACK, naming resource and field ("Cluster x: field circuit_breakers is not
   * supported"); nothing when the update is in force. What was in force stays so after a refusal.
   */
  apply(update: ResourceUpdate): string | undefined;
  /** What to subscribe to now; pass it on at each change: names that leave it are forgotten here as well. */
  wanted(): Wanted;
  /** Called after each update that is in force, before `apply` returns; and when DNS changed a cluster. */
  onChange(listener: (change: RuntimeChange) => void): Cancel;
  /** Called with endpoints that left their cluster: idle connections to them are of no use. */
  onEndpointsGone(listener: (endpoints: readonly Endpoint[]) => void): Cancel;
  /** The resources in force as they came, by type URL and name: for config dumps and the disk cache. */
  received(): ReadonlyMap<string, ReadonlyMap<string, ReceivedResource>>;
  /** Ends DNS refreshing and other timers. */
  stop(): void;
}

export function createRuntime(options: RuntimeOptions): Runtime {
  const changeListeners = new Set<(change: RuntimeChange) => void>();
  const goneListeners = new Set<(endpoints: readonly Endpoint[]) => void>();
  const emit = (change: RuntimeChange): void => {
    for (const listener of changeListeners) listener(change);
  };
  const clusters = createClusterStore({
    ...options,
    onGone(endpoints) {
      for (const listener of goneListeners) listener(endpoints);
    },
    onResolved: (name) => emit({ typeUrl: clusterTypeUrl, changed: [name], removed: [] }),
  });
  const traffic = createTrafficStore({ clock: options.clock, isWarming: clusters.isWarming });
  const roots: { current: string | undefined } = { current: undefined };
  const kinds = createKinds(clusters, traffic, roots, options.outbound);
  const received = new Map([...kinds.keys()].map((typeUrl) => [typeUrl, new Map<string, ReceivedResource>()]));

  return {
    tables: {
      listeners: traffic.listeners,
      routes: traffic.routes,
      clusters: clusters.clusters,
      roots,
      probesOf: (name) => clusters.clusters.get(name)?.spec.probes ?? [],
    },
    apply(update) {
      const kind = kinds.get(update.typeUrl);
      if (kind === undefined) return `type ${update.typeUrl} is not supported`;
      const reason = kind.apply(update);
      if (reason !== undefined) return reason;
      traffic.recheck();
      clusters.sweep(traffic.referencesCluster);
      remember(received, update);
      forgetUnwanted(received.get(routeTypeUrl), traffic.routes);
      forgetUnwanted(received.get(endpointTypeUrl), clusters.assignments);
      emit({
        typeUrl: update.typeUrl,
        changed: update.changed.map((resource) => resource.name),
        removed: update.removed,
      });
      return undefined;
    },
    wanted: () => ({
      routes: [...traffic.wanted()],
      endpoints: [...clusters.wanted()],
      secrets: [rootsSecretName],
    }),
    onChange: (listener) => subscribe(changeListeners, listener),
    onEndpointsGone: (listener) => subscribe(goneListeners, listener),
    received: () => received,
    stop() {
      clusters.stop();
      traffic.stop();
    },
  };
}

const clusterTypeUrl = `type.googleapis.com/${ClusterSchema.typeName}`;
const endpointTypeUrl = `type.googleapis.com/${ClusterLoadAssignmentSchema.typeName}`;
const routeTypeUrl = `type.googleapis.com/${RouteConfigurationSchema.typeName}`;

function createKinds(
  clusters: ClusterStore,
  traffic: TrafficStore,
  roots: { current: string | undefined },
  outbound: RuntimeOptions['outbound'],
): ReadonlyMap<string, ResourceKind> {
  const noting = <T>(compile: (clusterRef: ClusterRef) => T): WithClusters<T> => {
    const names = new Set<string>();
    const value = compile((name) => {
      names.add(name);
      return clusters.ref(name);
    });
    return { value, clusters: names };
  };
  const { routesRef, inlineRoutesRef } = traffic;
  const kinds: readonly ResourceKind[] = [
    createResourceKind({
      schema: ClusterSchema,
      nameOf: (cluster) => cluster.name,
      compile: compileCluster,
      commit: clusters.commitClusters,
    }),
    createResourceKind({
      schema: ClusterLoadAssignmentSchema,
      nameOf: (assignment) => assignment.clusterName,
      compile: compileAssignment,
      commit: clusters.commitAssignments,
    }),
    createResourceKind({
      schema: ListenerSchema,
      nameOf: (listener) => listener.name,
      compile: (listener, where) =>
        noting((clusterRef) => compileListener(listener, { clusterRef, routesRef, inlineRoutesRef, outbound }, where)),
      commit: traffic.commitListeners,
    }),
    createResourceKind({
      schema: RouteConfigurationSchema,
      nameOf: (config) => config.name,
      compile: (config, where) => noting((clusterRef) => compileRouteTable(config, clusterRef, where)),
      commit: traffic.commitRoutes,
    }),
    createResourceKind({
      schema: SecretSchema,
      nameOf: (secret) => secret.name,
      compile: compileRoots,
      commit(changed) {
        // Roots that are withdrawn stay in force: without any, nobody could be verified.
        roots.current = changed.get(rootsSecretName) ?? roots.current;
      },
    }),
  ];
  return new Map(kinds.map((kind) => [kind.typeUrl, kind]));
}

function remember(received: ReadonlyMap<string, Map<string, ReceivedResource>>, update: ResourceUpdate): void {
  const ofType = received.get(update.typeUrl);
  for (const resource of update.changed) ofType?.set(resource.name, resource);
  for (const name of update.removed) ofType?.delete(name);
}

function forgetUnwanted(ofType: Map<string, ReceivedResource> | undefined, held: { has(name: string): boolean }): void {
  if (ofType === undefined) return;
  for (const name of ofType.keys()) if (!held.has(name)) ofType.delete(name);
}

function subscribe<T>(listeners: Set<T>, listener: T): Cancel {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
