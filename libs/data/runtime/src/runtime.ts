/** The one mutator: takes xDS updates into the tables that requests run on, or refuses them whole. */

import type { Cancel, Clock, Random } from '@weft/kernel';
import type { ReceivedResource, ResourceUpdate } from '@weft/xds-protocol';
import type { CreateBalancer } from './balancer.ts';
import type { CreateClusterHealth } from './clusters/cluster-health.ts';
import type { ResolveDns } from './clusters/dns-refresh.ts';
import type { HealthProbe } from './clusters/health-check.ts';
import { createPlugs, type PlugOptions } from './plugs.ts';
import { createResourceKinds, typeUrls } from './resource-kinds.ts';
import { rootsSecretName } from './secrets/names.ts';
import { createClusterStore } from './stores/cluster-store.ts';
import { createSecretStore } from './stores/secret-store.ts';
import { createTrafficStore } from './stores/traffic-store.ts';
import type { Cluster, Endpoint } from './tables/cluster.ts';
import type { ListenerTable } from './tables/listener.ts';
import type { Ref, RouteTable } from './tables/route.ts';
import type { TlsSecret } from './tables/tls.ts';

/** The kinds of filters and logs: what is configured and not among them is refused by name. */
export interface RuntimeOptions extends PlugOptions {
  readonly createBalancer: CreateBalancer;
  /** Active checks, outlier detection and failure accrual; nothing: endpoints are as EDS says. */
  readonly createHealth?: CreateClusterHealth | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** For STRICT_DNS clusters. */
  readonly resolveDns: ResolveDns;
  /** What a listener whose `traffic_direction` is not INBOUND is here: a gateway's or a sidecar's. */
  readonly outbound: 'outbound' | 'gateway';
  /** node.cluster, for the source_cluster of rate limits. */
  readonly serviceCluster: string;
  /** Environment variables, for tags of spans; nothing: none is set. */
  readonly environment?: ((name: string) => string | undefined) | undefined;
}

/** What requests, admin and `explain` read. The maps are the living ones: never keep a copy. */
export interface Tables {
  readonly listeners: ReadonlyMap<string, ListenerTable>;
  readonly routes: ReadonlyMap<string, RouteTable>;
  readonly clusters: ReadonlyMap<string, Cluster>;
  /** Roots of the mesh as PEM (secret ROOTCA). */
  readonly roots: Ref<string | undefined>;
  /** Secrets that TLS contexts name, this proxy's own ("default") excepted. A changed one is a new object. */
  readonly secrets: ReadonlyMap<string, TlsSecret>;
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
  /** The resources in force as they came, by type URL and name, secrets with private keys excepted: for config dumps and the disk cache. */
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
    onResolved: (name) => emit({ typeUrl: typeUrls.cluster, changed: [name], removed: [] }),
  });
  const traffic = createTrafficStore({ clock: options.clock, isWarming: clusters.isWarming });
  const secrets = createSecretStore();
  const kinds = createResourceKinds({
    clusters,
    traffic,
    secrets,
    plugs: createPlugs(options),
    outbound: options.outbound,
    serviceCluster: options.serviceCluster,
    environment: options.environment ?? (() => undefined),
  });
  const received = new Map([...kinds.keys()].map((typeUrl) => [typeUrl, new Map<string, ReceivedResource>()]));

  return {
    tables: {
      listeners: traffic.listeners,
      routes: traffic.routes,
      clusters: clusters.clusters,
      roots: rootsIn(secrets.secrets),
      secrets: secrets.secrets,
      probesOf: (name) => clusters.clusters.get(name)?.spec.probes ?? [],
    },
    apply(update) {
      const kind = kinds.get(update.typeUrl);
      if (kind === undefined) return `type ${update.typeUrl} is not supported`;
      const reason = kind.apply(update);
      if (reason !== undefined) return reason;
      traffic.recheck();
      clusters.sweep(traffic.referencesCluster);
      secrets.sweep(alwaysWanted);
      remember(received, update, (name) => secrets.secrets.get(name)?.kind === 'certificate');
      forgetUnwanted(received.get(typeUrls.route), traffic.routeVersions);
      forgetUnwanted(received.get(typeUrls.endpoint), clusters.assignments);
      forgetUnwanted(received.get(typeUrls.secret), secrets.received);
      const { typeUrl, changed, removed } = update;
      emit({ typeUrl, changed: changed.map(({ name }) => name), removed });
      return undefined;
    },
    wanted: () => ({
      routes: [...traffic.wanted()],
      endpoints: [...clusters.wanted()],
      secrets: [...new Set([...alwaysWanted, ...secrets.wanted()])],
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

/** The roots of the mesh: peers are judged by them wherever a context says so, from the first connection on. */
const alwaysWanted: ReadonlySet<string> = new Set([rootsSecretName]);

function rootsIn(secrets: Tables['secrets']): Tables['roots'] {
  return {
    get current() {
      const secret = secrets.get(rootsSecretName);
      return secret?.kind === 'roots' ? secret.rootsPem : undefined;
    },
  };
}

/** Private keys are kept in memory only: what is remembered goes to dumps and to disk. */
function remember(
  received: ReadonlyMap<string, Map<string, ReceivedResource>>,
  update: ResourceUpdate,
  isPrivate: (secret: string) => boolean,
): void {
  const ofType = received.get(update.typeUrl);
  for (const resource of update.changed) {
    if (update.typeUrl !== typeUrls.secret || !isPrivate(resource.name)) ofType?.set(resource.name, resource);
  }
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
