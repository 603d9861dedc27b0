/** A cluster that lives as long as its name: updates change what it points to, endpoints keep their identity. */

import type { Cancel, Clock, Provenance, Random } from '@weft/kernel';
import type { Balancer, CreateBalancer, PickContext } from '../balancer.ts';
import type { Breaker, Cluster, ClusterLimits, Endpoint, UpstreamHttp } from '../tables/cluster.ts';
import { assignEndpoints } from './assign-endpoints.ts';
import type { AssignmentSpec } from './assignment.ts';
import { emptyAssignment } from './assignment.ts';
import type { BreakersSpec } from './circuit-breakers.ts';
import type { ClusterHealth, CreateClusterHealth, HealthPart } from './cluster-health.ts';
import type { ClusterSpec } from './cluster-spec.ts';
import type { LivingEndpoint } from './living-endpoint.ts';
import { OriginalDestinations } from './original-destinations.ts';

export interface LivingClusterDeps {
  readonly createBalancer: CreateBalancer;
  /** Nothing: nobody keeps the health of endpoints. */
  readonly createHealth?: CreateClusterHealth | undefined;
  readonly random: Random;
  readonly clock: Clock;
  /** Endpoints whose connections are of no more use. */
  onGone(endpoints: readonly Endpoint[]): void;
}

/** Clusters of more endpoints take changes of health together, after `mergeMs`: each costs a look at all of them. */
export const mergeOver = 1_000;
const mergeMs = 10;

export class LivingCluster implements Cluster {
  readonly name: string;
  readonly breakers: { default: Breaker; high: Breaker };
  from!: Provenance;
  connectTimeoutMs!: number;
  http!: UpstreamHttp;
  limits!: ClusterLimits;
  proxyProtocol: 1 | 2 | undefined;
  service!: Cluster['service'];
  endpoints: readonly LivingEndpoint[] = [];
  originalDestination: Cluster['originalDestination'];
  observe: Cluster['observe'];
  spec: ClusterSpec;
  #balancer!: Balancer;
  #balancingKey = '';
  #assignment: AssignmentSpec = emptyAssignment;
  #byAddress = new Map<string, LivingEndpoint>();
  #health: ClusterHealth | undefined;
  #healthKey = '';
  #destinations: OriginalDestinations | undefined;
  #discoveryKey = '';
  #merging: Cancel | undefined;
  #hasTraffic = false;
  readonly #deps: LivingClusterDeps;

  constructor(spec: ClusterSpec, deps: LivingClusterDeps) {
    this.name = spec.name;
    this.spec = spec;
    this.#deps = deps;
    this.breakers = {
      default: { ...spec.breakers.default, used: { connections: 0, pending: 0, requests: 0, retries: 0 } },
      high: { ...spec.breakers.high, used: { connections: 0, pending: 0, requests: 0, retries: 0 } },
    };
    this.update(spec);
  }

  pick(context?: PickContext): Endpoint | undefined {
    this.#hasTraffic = true;
    const endpoint = this.#balancer.pick(context);
    const health = this.#health;
    if (endpoint !== undefined && health?.picked !== undefined) health.picked(endpoint);
    return endpoint;
  }

  get health(): Cluster['health'] {
    return this.#health;
  }

  /** Takes over a new specification; endpoints follow with `assign`. */
  update(spec: ClusterSpec): void {
    this.spec = spec;
    this.from = spec.from;
    this.connectTimeoutMs = spec.connectTimeoutMs;
    this.http = spec.http;
    this.limits = spec.limits;
    this.proxyProtocol = spec.transport.proxyProtocol;
    this.service = spec.service;
    this.#setBreakers(spec.breakers);
    this.#setBalancer();
    this.#setHealth();
    this.#setDestinations();
  }

  /** Sets the endpoints. One that keeps its address stays the same object; of one listed twice the first counts. */
  assign(assignment: AssignmentSpec): void {
    this.#assignment = assignment;
    const { transport, lifecycle } = this.spec;
    const before = this.#byAddress;
    const { after, gone } = assignEndpoints(before, assignment.endpoints, {
      tlsFor: transport.tlsFor,
      checks: this.#checks(),
      removeHealthy: lifecycle.removeHealthy,
      nowMs: this.#deps.clock.monotonic(),
    });
    this.#take(after, gone, after.size !== before.size || gone.length > 0);
  }

  /** The cluster is gone. */
  end(): void {
    this.#setKeeper(undefined);
    this.#destinations?.stop();
    this.#destinations = undefined;
    const gone = this.endpoints;
    this.#byAddress = new Map();
    this.endpoints = [];
    this.#rebalance();
    if (gone.length > 0) this.#deps.onGone(gone);
  }

  /** Ends the timers. */
  stop(): void {
    this.#setKeeper(undefined);
    this.#destinations?.stop();
    this.#merging?.();
  }

  /** See `HealthSubject.change`. */
  change(given: Endpoint, part: HealthPart, value: boolean): void {
    const endpoint = this.#byAddress.get(given.hostPort) ?? this.#destinations?.get(given.hostPort);
    if (endpoint !== given || endpoint === undefined) return;
    const wasFit = endpoint.healthy && !endpoint.ejected;
    if (!endpoint.change(part, value, this.#deps.clock.monotonic())) return;
    const isFit = endpoint.healthy && !endpoint.ejected;
    if (endpoint.leaving && !endpoint.passes) {
      const after = new Map(this.#byAddress);
      after.delete(endpoint.hostPort);
      this.#take(after, [endpoint], true);
      return;
    }
    if (wasFit && !isFit && this.spec.lifecycle.closeOnFailure) this.#deps.onGone([endpoint]);
    if (this.#byAddress.size <= mergeOver) this.#rebalance();
    else
      this.#merging ??= this.#deps.clock.after(mergeMs, () => {
        this.#rebalance();
      });
  }

  #take(after: Map<string, LivingEndpoint>, gone: readonly LivingEndpoint[], changed: boolean): void {
    const before = this.endpoints;
    this.#byAddress = after;
    this.endpoints = [...after.values()];
    this.#setBalancer();
    this.#rebalance();
    this.#health?.update(this.endpoints);
    if (gone.length > 0) this.#deps.onGone(gone);
    if (changed && this.spec.lifecycle.closeOnChange && before.length > 0) this.#deps.onGone(before);
  }

  #rebalance(): void {
    this.#merging?.();
    this.#merging = undefined;
    const { ignoreUnchecked } = this.spec.lifecycle;
    this.#balancer.update(ignoreUnchecked ? this.endpoints.filter(({ pending }) => !pending) : this.endpoints);
  }

  #setBreakers(spec: BreakersSpec): void {
    this.breakers.default = { ...spec.default, used: this.breakers.default.used };
    this.breakers.high = { ...spec.high, used: this.breakers.high.used };
    // Idle connections beyond a lower bound would be used past it; Envoy begins its pools anew.
    if (isExceeded(this.breakers.default) || isExceeded(this.breakers.high)) this.#deps.onGone(this.endpoints);
  }

  #setBalancer(): void {
    const { overprovisioningFactor } = this.#assignment;
    const spec = { ...this.spec.balancing, overprovisioningFactor };
    const key = JSON.stringify(spec);
    if (key === this.#balancingKey) return;
    this.#balancingKey = key;
    this.#balancer = this.#deps.createBalancer(spec, this.#deps.random, this.#deps.clock);
    this.#setObserver();
    this.#rebalance();
  }

  /** Probes of inbound clusters are the workload's own: they are reported (data/proxy) and keep no request away. */
  #checks(): boolean {
    return this.#deps.createHealth !== undefined && this.spec.probes.length > 0 && !this.name.startsWith('inbound|');
  }

  #setHealth(): void {
    const { outlier, failureAccrual, probes, from } = this.spec;
    const checks = this.#checks();
    const key = JSON.stringify([outlier, failureAccrual, checks ? probes : []]);
    if (key === this.#healthKey) return;
    this.#healthKey = key;
    const wanted = checks || outlier !== undefined || failureAccrual !== undefined;
    this.#setKeeper(undefined);
    for (const endpoint of this.endpoints) endpoint.beginAnew(checks);
    if (!wanted) this.#rebalance();
    else
      this.#setKeeper(
        this.#deps.createHealth?.({
          cluster: this,
          from,
          probes: checks ? probes : [],
          outlier,
          failureAccrual,
          tlsFor: (transportMatch) => this.spec.transport.tlsFor(transportMatch),
          hasTraffic: () => this.#hasTraffic,
          change: (endpoint, part, value) => this.change(endpoint, part, value),
        }),
      );
  }

  #setKeeper(health: ClusterHealth | undefined): void {
    this.#health?.stop();
    this.#health = health;
    this.#setObserver();
    if (health === undefined) return;
    this.#rebalance();
    health.update(this.endpoints);
  }

  /** Both the balancer and the keepers may want to hear; none: attempts are not told at all. */
  #setObserver(): void {
    const balancer = this.#balancer.observe;
    const health = this.#health?.observe;
    if (balancer === undefined || health === undefined) this.observe = balancer ?? health;
    else
      this.observe = (endpoint, outcome) => {
        balancer(endpoint, outcome);
        health(endpoint, outcome);
      };
  }

  #setDestinations(): void {
    const { discovery, transport } = this.spec;
    const key = JSON.stringify(discovery);
    if (this.#destinations !== undefined && key === this.#discoveryKey) {
      this.#destinations.secure(transport.tlsFor);
      return;
    }
    this.#discoveryKey = key;
    this.#destinations?.stop();
    this.#destinations = undefined;
    this.originalDestination = undefined;
    if (discovery.kind !== 'original-destination') return;
    const destinations = new OriginalDestinations({
      spec: discovery,
      clock: this.#deps.clock,
      tlsFor: transport.tlsFor,
      onChange: (endpoints, gone) => {
        this.endpoints = endpoints;
        this.#health?.update(endpoints);
        if (gone.length > 0) this.#deps.onGone(gone);
      },
    });
    this.#destinations = destinations;
    this.originalDestination = (address) => {
      this.#hasTraffic = true;
      return destinations.at(address);
    };
  }
}

function isExceeded({ used, connectionsMax }: Breaker): boolean {
  return used.connections > connectionsMax;
}
