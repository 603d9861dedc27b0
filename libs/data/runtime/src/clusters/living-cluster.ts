/** A cluster that lives as long as its name: updates change what it points to, endpoints keep their identity. */

import type { Provenance, Random } from '@weft/kernel';
import type { Balancer, BalancingPolicy, CreateBalancer } from '../balancer.ts';
import { clusterLimits } from '../limits.ts';
import type { Cluster, Endpoint, UpstreamTls, WorkloadLabels } from '../tables.ts';
import type { EndpointSpec } from './assignment.ts';
import type { ClusterSpec } from './cluster-spec.ts';

class LivingEndpoint implements Endpoint {
  readonly address: string;
  readonly port: number;
  readonly hostPort: string;
  weight = 1;
  healthy = true;
  tls: UpstreamTls | undefined;
  workload: WorkloadLabels;
  active = 0;

  constructor(spec: EndpointSpec) {
    this.address = spec.address;
    this.port = spec.port;
    this.hostPort = hostPortOf(spec);
    this.workload = spec.workload;
  }
}

export class LivingCluster implements Cluster {
  readonly name: string;
  readonly limits = clusterLimits;
  from: Provenance;
  connectTimeoutMs: number;
  protocol: Cluster['protocol'];
  service: Cluster['service'];
  endpoints: readonly Endpoint[] = [];
  spec: ClusterSpec;
  #balancer: Balancer;
  #policy: BalancingPolicy;
  #byAddress = new Map<string, LivingEndpoint>();
  readonly #createBalancer: CreateBalancer;
  readonly #random: Random;

  constructor(spec: ClusterSpec, createBalancer: CreateBalancer, random: Random) {
    this.name = spec.name;
    this.spec = spec;
    this.from = spec.from;
    this.connectTimeoutMs = spec.connectTimeoutMs;
    this.protocol = spec.protocol;
    this.service = spec.service;
    this.#createBalancer = createBalancer;
    this.#random = random;
    this.#policy = spec.policy;
    this.#balancer = createBalancer(spec.policy, random);
  }

  pick(): Endpoint | undefined {
    return this.#balancer.pick();
  }

  /** Takes over a new specification; endpoints follow with `assign`. */
  update(spec: ClusterSpec): void {
    this.spec = spec;
    this.from = spec.from;
    this.connectTimeoutMs = spec.connectTimeoutMs;
    this.protocol = spec.protocol;
    this.service = spec.service;
    if (spec.policy === this.#policy) return;
    this.#policy = spec.policy;
    this.#balancer = this.#createBalancer(spec.policy, this.#random);
    this.#balancer.update(this.endpoints);
  }

  /**
   * Sets the endpoints. One that keeps its address stays the same object; of one listed twice the first counts.
   * @returns those that are gone, whose connections may be closed.
   */
  assign(specs: readonly EndpointSpec[]): readonly Endpoint[] {
    const before = this.#byAddress;
    const after = new Map<string, LivingEndpoint>();
    for (const spec of specs) {
      const key = hostPortOf(spec);
      if (after.has(key)) continue;
      const endpoint = before.get(key) ?? new LivingEndpoint(spec);
      endpoint.weight = spec.weight;
      endpoint.healthy = spec.healthy;
      endpoint.workload = spec.workload;
      endpoint.tls = sameTls(endpoint.tls, this.spec.tlsFor(spec.transportMatch));
      after.set(key, endpoint);
    }
    this.#byAddress = after;
    this.endpoints = [...after.values()];
    this.#balancer.update(this.endpoints);
    return [...before.values()].filter((endpoint) => !after.has(endpoint.hostPort));
  }
}

function hostPortOf(spec: EndpointSpec): string {
  return spec.address.includes(':') ? `[${spec.address}]:${spec.port}` : `${spec.address}:${spec.port}`;
}

/** Keeps the object where nothing changed, so that a pool can tell by identity whether it must begin anew. */
function sameTls(before: UpstreamTls | undefined, after: UpstreamTls | undefined): UpstreamTls | undefined {
  if (before === undefined || after === undefined) return after;
  const same =
    before.sni === after.sni &&
    before.alpn.join() === after.alpn.join() &&
    before.expectedUris.join() === after.expectedUris.join();
  return same ? before : after;
}
