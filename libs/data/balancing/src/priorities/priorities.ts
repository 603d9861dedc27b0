/** Chooses the priority level and, within it, healthy, degraded or (in panic) all endpoints; then the layers below pick. */

import type { BalancingSpec, Endpoint, PickContext } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import type { Crowd, Layer } from '../layers.ts';
import { type LevelCounts, loadsWithout, type PriorityLoads, priorityLoads } from './priority-loads.ts';

/** Ways round levels that retries avoid, kept until the endpoints change. */
export const detoursMax = 16;

export type PrioritySpec = Pick<
  BalancingSpec,
  'panicThreshold' | 'failTrafficOnPanic' | 'overprovisioningFactor' | 'localityWeighted'
>;

export interface PriorityOptions {
  readonly random: Random;
  /** The request's hash chooses the level, too. */
  readonly hashes: boolean;
  /** Of the layer below. */
  createCrowd(): Crowd;
}

/** A level's endpoints by their health. */
interface Level {
  readonly all: Endpoint[];
  readonly healthy: Endpoint[];
  readonly degraded: Endpoint[];
}

/** What gets traffic, in Envoy's order: healthy levels, then degraded ones. */
interface Share {
  /** Percent, with those before it. */
  readonly upTo: number;
  readonly crowd: Crowd;
}

export class Priorities implements Layer {
  readonly #spec: PrioritySpec;
  readonly #options: PriorityOptions;
  readonly #random: Random;
  /** Kept over updates: a round robin goes on where it was. By level and kind of health. */
  readonly #crowds = new Map<string, Crowd>();
  /** Crowds that have the endpoints of the last update. */
  readonly #fresh = new Set<string>();
  readonly #detours = new Map<string, readonly Share[]>();
  #levels: readonly Level[] = [];
  #counts: readonly LevelCounts[] = [];
  #panic: readonly boolean[] = [];
  #shares: readonly Share[] = [];

  constructor(spec: PrioritySpec, options: PriorityOptions) {
    this.#spec = spec;
    this.#options = options;
    this.#random = options.random;
  }

  update(endpoints: readonly Endpoint[]): void {
    this.#levels = levelsOf(endpoints);
    this.#counts = this.#levels.map(({ all, healthy, degraded }) => ({
      total: all.length,
      healthy: healthy.length,
      degraded: degraded.length,
    }));
    const loads = priorityLoads(this.#counts, this.#spec);
    this.#panic = loads.panic;
    this.#fresh.clear();
    this.#detours.clear();
    this.#shares = this.#sharesOf(loads);
    for (const key of this.#crowds.keys()) if (!this.#fresh.has(key)) this.#crowds.delete(key);
  }

  pick(context: PickContext | undefined, attempt: number): Endpoint | undefined {
    const avoided = context?.avoidPriorities;
    const shares = avoided === undefined || avoided.length === 0 ? this.#shares : this.#detour(avoided);
    const last = shares.length - 1;
    if (last <= 0) return shares[0]?.crowd.pick(context, attempt);
    const hash = this.#options.hashes ? context?.hash : undefined;
    // 1 to 100, as a share of 0 percent must never be met.
    const at = 1 + (hash === undefined ? Math.floor(this.#random() * 100) : (hash >>> 0) % 100);
    let index = 0;
    while (index < last && at > shares[index]!.upTo) index += 1;
    return shares[index]!.crowd.pick(context, attempt);
  }

  #sharesOf(loads: Pick<PriorityLoads, 'healthy' | 'degraded'>): readonly Share[] {
    const shares: Share[] = [];
    let upTo = 0;
    const give = (percent: number, level: number, kind: 'healthy' | 'degraded'): void => {
      if (percent === 0) return;
      upTo += percent;
      shares.push({ upTo, crowd: this.#filled(level, kind) });
    };
    for (let level = 0; level < this.#levels.length; level += 1) give(loads.healthy[level]!, level, 'healthy');
    for (let level = 0; level < this.#levels.length; level += 1) give(loads.degraded[level]!, level, 'degraded');
    return shares;
  }

  /** The shares without some levels; those of all where no other is available. */
  #detour(avoided: readonly number[]): readonly Share[] {
    const key = avoided.join();
    let shares = this.#detours.get(key);
    if (shares === undefined) {
      const loads = loadsWithout(this.#counts, avoided, this.#spec);
      shares = loads === undefined ? this.#shares : this.#sharesOf(loads);
      if (this.#detours.size >= detoursMax) this.#detours.clear();
      this.#detours.set(key, shares);
    }
    return shares;
  }

  #filled(level: number, kind: 'healthy' | 'degraded'): Crowd {
    const { all, healthy, degraded } = this.#levels[level]!;
    const panic = this.#panic[level] === true;
    const key = `${level} ${panic ? 'all' : kind}`;
    const crowd = this.#crowd(key);
    if (this.#fresh.has(key)) return crowd;
    this.#fresh.add(key);
    if (panic && this.#spec.failTrafficOnPanic) crowd.update([], undefined, this.#spec);
    else if (panic) crowd.update(all, undefined, this.#spec);
    else crowd.update(kind === 'healthy' ? healthy : degraded, all, this.#spec);
    return crowd;
  }

  #crowd(key: string): Crowd {
    let crowd = this.#crowds.get(key);
    if (crowd === undefined) {
      crowd = this.#options.createCrowd();
      this.#crowds.set(key, crowd);
    }
    return crowd;
  }
}

function levelsOf(endpoints: readonly Endpoint[]): readonly Level[] {
  const levels: Level[] = [];
  const at = (priority: number): Level => {
    while (levels.length <= priority) levels.push({ all: [], healthy: [], degraded: [] });
    return levels[priority]!;
  };
  at(0);
  for (const endpoint of endpoints) {
    const level = at(endpoint.priority);
    level.all.push(endpoint);
    if (!endpoint.healthy || endpoint.ejected) continue;
    (endpoint.degraded ? level.degraded : level.healthy).push(endpoint);
  }
  return levels;
}
