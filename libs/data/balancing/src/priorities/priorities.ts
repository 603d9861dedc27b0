/** Chooses the priority level and, within it, healthy, degraded or (in panic) all endpoints; then the layers below pick. */

import type { BalancingSpec, Endpoint, PickContext } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import type { Crowd, Layer } from '../layers.ts';
import { priorityLoads } from './priority-loads.ts';

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
  #shares: readonly Share[] = [];

  constructor(spec: PrioritySpec, options: PriorityOptions) {
    this.#spec = spec;
    this.#options = options;
    this.#random = options.random;
  }

  update(endpoints: readonly Endpoint[]): void {
    const levels = levelsOf(endpoints);
    const loads = priorityLoads(
      levels.map(({ all, healthy, degraded }) => ({
        total: all.length,
        healthy: healthy.length,
        degraded: degraded.length,
      })),
      this.#spec,
    );
    const used = new Set<string>();
    const shares: Share[] = [];
    let upTo = 0;
    const give = (percent: number, level: number, kind: 'healthy' | 'degraded'): void => {
      const { all, healthy, degraded } = levels[level]!;
      if (percent === 0) return;
      const panic = loads.panic[level] === true;
      const key = `${level} ${panic ? 'all' : kind}`;
      used.add(key);
      const crowd = this.#crowd(key);
      if (panic && this.#spec.failTrafficOnPanic) crowd.update([], undefined, this.#spec);
      else if (panic) crowd.update(all, undefined, this.#spec);
      else crowd.update(kind === 'healthy' ? healthy : degraded, all, this.#spec);
      upTo += percent;
      shares.push({ upTo, crowd });
    };
    for (let level = 0; level < levels.length; level += 1) give(loads.healthy[level]!, level, 'healthy');
    for (let level = 0; level < levels.length; level += 1) give(loads.degraded[level]!, level, 'degraded');
    for (const key of this.#crowds.keys()) if (!used.has(key)) this.#crowds.delete(key);
    this.#shares = shares;
  }

  pick(context: PickContext | undefined, attempt: number): Endpoint | undefined {
    const shares = this.#shares;
    const last = shares.length - 1;
    if (last <= 0) return shares[0]?.crowd.pick(context, attempt);
    const hash = this.#options.hashes ? context?.hash : undefined;
    // 1 to 100, as a share of 0 percent must never be met.
    const at = 1 + (hash === undefined ? Math.floor(this.#random() * 100) : (hash >>> 0) % 100);
    let index = 0;
    while (index < last && at > shares[index]!.upTo) index += 1;
    return shares[index]!.crowd.pick(context, attempt);
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
