/** How traffic is shared among priority levels: Envoy's arithmetic of availability, degraded levels, spill and panic. */

/** What is counted of one level. */
export interface LevelCounts {
  readonly total: number;
  /** Degraded ones apart. */
  readonly healthy: number;
  readonly degraded: number;
}

/** Percent by level; all of `healthy` and `degraded` together are 100. */
export interface PriorityLoads {
  readonly healthy: readonly number[];
  readonly degraded: readonly number[];
  /** In such a level health is not asked for. */
  readonly panic: readonly boolean[];
}

export interface LoadSpec {
  /** 0 to 100; 0: never. */
  readonly panicThreshold: number;
  /** Percent. */
  readonly overprovisioningFactor: number;
}

/** @param levels by priority; at least one. */
export function priorityLoads(levels: readonly LevelCounts[], spec: LoadSpec): PriorityLoads {
  const factor = spec.overprovisioningFactor;
  const share = (some: number, { total }: LevelCounts): number =>
    total === 0 ? 0 : Math.min(100, Math.floor((factor * some) / total));
  const healthy = levels.map((level) => share(level.healthy, level));
  const degraded = levels.map((level) => share(level.degraded, level));
  const available = Math.min(100, add(healthy) + add(degraded));
  if (spec.panicThreshold === 0 && available === 0) return allInFirst(levels.length);
  const panic = levels.map((level) => available !== 100 && isInPanic(level, spec.panicThreshold));
  if (panic.every(Boolean)) return { ...loadsInTotalPanic(levels), panic };
  return { ...distribute(healthy, degraded, available), panic };
}

/**
 * The shares of a retry that leaves levels out. @param avoided levels. @returns nothing: no other level is available.
 * Panic is not asked for: it is what it is for all requests.
 */
export function loadsWithout(
  levels: readonly LevelCounts[],
  avoided: readonly number[],
  spec: Pick<LoadSpec, 'overprovisioningFactor'>,
): Pick<PriorityLoads, 'healthy' | 'degraded'> | undefined {
  const share = (some: number, total: number, level: number): number =>
    total === 0 || avoided.includes(level)
      ? 0
      : Math.min(100, Math.floor((spec.overprovisioningFactor * some) / total));
  const healthy = levels.map((counts, level) => share(counts.healthy, counts.total, level));
  const degraded = levels.map((counts, level) => share(counts.degraded, counts.total, level));
  const available = Math.min(100, add(healthy) + add(degraded));
  return available === 0 ? undefined : distribute(healthy, degraded, available);
}

function isInPanic({ total, healthy, degraded }: LevelCounts, threshold: number): boolean {
  return (total === 0 ? 0 : (100 * (healthy + degraded)) / total) < threshold;
}

/** Nobody is there and there is no panic: the first level gets everything, and refuses it. */
function allInFirst(count: number): PriorityLoads {
  const healthy = new Array<number>(count).fill(0);
  healthy[0] = 100;
  return { healthy, degraded: new Array<number>(count).fill(0), panic: new Array<boolean>(count).fill(false) };
}

/** Every level is in panic: by the number of endpoints, whatever their health. */
function loadsInTotalPanic(levels: readonly LevelCounts[]): Pick<PriorityLoads, 'healthy' | 'degraded'> {
  const all = add(levels.map(({ total }) => total));
  const healthy = levels.map(({ total }) => (all === 0 ? 0 : Math.floor((100 * total) / all)));
  const first = Math.max(
    0,
    levels.findIndex(({ total }) => total > 0),
  );
  healthy[first]! += 100 - add(healthy);
  return { healthy, degraded: levels.map(() => 0) };
}

/** Healthy levels first, each up to its availability, then degraded ones; what rounding leaves goes to the first that has any. */
function distribute(
  healthy: readonly number[],
  degraded: readonly number[],
  available: number,
): Pick<PriorityLoads, 'healthy' | 'degraded'> {
  let left = 100;
  const give = (share: number): number => {
    const load = available === 0 ? 0 : Math.min(left, Math.floor((share * 100) / available));
    left -= load;
    return load;
  };
  const loads = { healthy: healthy.map(give), degraded: degraded.map(give) };
  if (left > 0) {
    const firstHealthy = healthy.findIndex((share) => share > 0);
    const firstDegraded = degraded.findIndex((share) => share > 0);
    if (firstHealthy !== -1) loads.healthy[firstHealthy]! += left;
    else if (firstDegraded !== -1) loads.degraded[firstDegraded]! += left;
  }
  return loads;
}

function add(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
