/** The connections of one cluster: a few lanes for each endpoint that is in use. */

import type { Cluster, Endpoint } from '@weft/data-runtime';
import type { Clock } from '@weft/kernel';
import type { Dialer } from './dial.ts';
import type { FlushQueue } from './flush-queue.ts';
import { Lane, type LaneHost } from './lane.ts';
import { laneKindOf, laneKinds } from './lane-kind.ts';
import { upstreamLimits } from './limits.ts';
import type { AcquireOptions, UpstreamClient, Waiter } from './upstream-stream.ts';
import type { Wire } from './wire.ts';

export interface PoolParts {
  readonly clock: Clock;
  readonly dialer: Dialer;
  readonly flushes: FlushQueue;
}

interface EndpointLanes {
  /** By kind and priority; holes where none is in use. */
  readonly usual: (Lane | undefined)[];
  /** Those with a PROXY header or a name of their own. */
  readonly special: Map<string, Lane>;
}

export class ClusterPool implements LaneHost {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly dialer: Dialer;
  readonly flushes: FlushQueue;
  nowMs: number;
  closing = false;
  readonly #lanes = new Map<Endpoint, EndpointLanes>();
  #lingering: { readonly wire: Wire; readonly untilMs: number }[] = [];

  constructor(cluster: Cluster, parts: PoolParts) {
    this.cluster = cluster;
    this.clock = parts.clock;
    this.dialer = parts.dialer;
    this.flushes = parts.flushes;
    this.nowMs = parts.clock.monotonic();
  }

  acquire(endpoint: Endpoint, client: UpstreamClient, options: AcquireOptions): Waiter | undefined {
    return this.#laneOf(endpoint, options).acquire(client);
  }

  get connections(): number {
    let sum = 0;
    for (const lane of this.#all()) sum += lane.connections;
    return sum;
  }

  /** Waiting requests included. */
  get active(): number {
    let sum = 0;
    for (const lane of this.#all()) sum += lane.active + lane.pending.length;
    return sum;
  }

  /** @returns true when nothing is left. */
  sweep(nowMs: number): boolean {
    this.nowMs = nowMs;
    const { cluster } = this;
    for (const [endpoint, lanes] of this.#lanes) {
      const known = cluster.originalDestination !== undefined || cluster.endpoints.includes(endpoint);
      for (let i = 0; i < lanes.usual.length; i += 1) {
        const lane = lanes.usual[i];
        if (lane !== undefined && sweepLane(lane, known)) lanes.usual[i] = undefined;
      }
      for (const [key, lane] of lanes.special) if (sweepLane(lane, known)) lanes.special.delete(key);
      if (lanes.special.size === 0 && lanes.usual.every((lane) => lane === undefined)) this.#lanes.delete(endpoint);
    }
    if (this.#lingering.length > 0) this.#endLingering(nowMs);
    return this.#lanes.size === 0 && this.#lingering.length === 0;
  }

  forget(endpoint: Endpoint): void {
    const lanes = this.#lanes.get(endpoint);
    if (lanes === undefined) return;
    for (const lane of lanes.usual) lane?.retireAll();
    for (const lane of lanes.special.values()) lane.retireAll();
  }

  close(): void {
    this.closing = true;
    for (const lane of [...this.#all()]) lane.retireAll();
    this.#endLingering(Number.POSITIVE_INFINITY);
  }

  linger(wire: Wire): void {
    this.#lingering.push({ wire, untilMs: this.clock.monotonic() + upstreamLimits.lingerMs });
  }

  #laneOf(endpoint: Endpoint, options: AcquireOptions): Lane {
    let lanes = this.#lanes.get(endpoint);
    if (lanes === undefined) {
      lanes = { usual: [], special: new Map() };
      this.#lanes.set(endpoint, lanes);
    }
    const kind = laneKindOf(this.cluster, endpoint, options);
    const { priority, proxyHeader } = options;
    const authority = endpoint.tls?.autoSni === true || endpoint.tls?.autoSan === true ? options.authority : '';
    const index = laneKinds.indexOf(kind) * 2 + (priority === 'high' ? 1 : 0);
    if (proxyHeader === undefined && authority === '') {
      let usual = lanes.usual[index];
      if (usual === undefined) {
        usual = new Lane(this, endpoint, { kind, priority, authority, proxyHeader });
        lanes.usual[index] = usual;
      }
      return usual;
    }
    const key = `${index} ${authority} ${proxyHeader?.toString('latin1') ?? ''}`;
    let special = lanes.special.get(key);
    if (special === undefined) {
      special = new Lane(this, endpoint, { kind, priority, authority, proxyHeader });
      lanes.special.set(key, special);
    }
    return special;
  }

  *#all(): Iterable<Lane> {
    for (const { usual, special } of this.#lanes.values()) {
      for (const lane of usual) if (lane !== undefined) yield lane;
      yield* special.values();
    }
  }

  #endLingering(nowMs: number): void {
    const kept = this.#lingering.filter(({ wire, untilMs }) => !wire.closed && untilMs > nowMs);
    for (const entry of this.#lingering) if (!kept.includes(entry)) entry.wire.destroy();
    this.#lingering = kept;
  }
}

/** @returns true when the lane is empty. */
function sweepLane(lane: Lane, known: boolean): boolean {
  if (known) lane.sweep();
  else lane.retireAll();
  return lane.connections === 0 && lane.pending.length === 0 && lane.active === 0;
}
