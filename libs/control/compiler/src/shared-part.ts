/** What many proxies have in common of a snapshot, made once: the same maps for them all. */

import type { CompiledResource } from './cache.ts';
import { PatchedMap } from './patched-map.ts';
import type { SnapshotResource } from './snapshot.ts';

/** Compiled resources of one type as a snapshot has them. */
export interface SnapshotPart {
  /** In order of name, without what is absent. Equal content: the same map, as long as somebody has it. */
  readonly resources: ReadonlyMap<string, SnapshotResource>;
  readonly notices: readonly string[];
}

export interface PartMaker {
  /** Once per map of compiled resources. */
  partOf(compiled: ReadonlyMap<string, CompiledResource>): SnapshotPart;
}

interface Derivation {
  readonly from: ReadonlyMap<string, CompiledResource>;
  /** Of the names that `from` has. */
  readonly changes: readonly (readonly [string, CompiledResource])[];
}

const derivations = new WeakMap<ReadonlyMap<string, CompiledResource>, Derivation>();

/** A map with some values in place of others; the map itself where there are none. Remembers what it came from. */
export function changedMap(
  from: ReadonlyMap<string, CompiledResource>,
  changes: readonly (readonly [string, CompiledResource])[],
): ReadonlyMap<string, CompiledResource> {
  if (changes.length === 0) return from;
  if (changes.some(([name]) => !from.has(name))) return new Map([...from, ...changes]);
  const next = new PatchedMap(from, changes);
  derivations.set(next, { from, changes });
  sources.set(next, nameSource(from));
  return next;
}

/** The first map of a row of derivations: all have its names. */
export function nameSource(compiled: ReadonlyMap<string, CompiledResource>): object {
  return sources.get(compiled) ?? compiled;
}

const sources = new WeakMap<ReadonlyMap<string, CompiledResource>, object>();

const noNotices: readonly string[] = [];

export function createPartMaker(): PartMaker {
  const parts = new WeakMap<ReadonlyMap<string, CompiledResource>, SnapshotPart>();
  const numbers = new WeakMap<SnapshotResource, number>();
  const known = new Map<string, WeakRef<ReadonlyMap<string, SnapshotResource>>>();
  const gone = new FinalizationRegistry<string>((key) => {
    if (known.get(key)?.deref() === undefined) known.delete(key);
  });
  let count = 0;

  const numberOf = (resource: SnapshotResource): number => {
    let number = numbers.get(resource);
    if (number === undefined) {
      count += 1;
      number = count;
      numbers.set(resource, number);
    }
    return number;
  };

  /** The map that is there already with just these resources. */
  const shared = (resources: ReadonlyMap<string, SnapshotResource>): ReadonlyMap<string, SnapshotResource> => {
    // A product of sums that order matters to; what collides is compared.
    let hash = resources.size;
    for (const resource of resources.values()) hash = (hash * 31 + numberOf(resource)) % 2 ** 46;
    const key = String(hash);
    const before = known.get(key)?.deref();
    if (before !== undefined && sameResources(before, resources)) return before;
    known.set(key, new WeakRef(resources));
    gone.register(resources, key);
    return resources;
  };

  /** Steps from one map to another, so that those who share a map share the next one. */
  const steps = new WeakMap<ReadonlyMap<string, SnapshotResource>, Map<string, SnapshotPart['resources']>>();

  /** From the part that the map came from, where nothing but contents changed. */
  const derived = (compiled: ReadonlyMap<string, CompiledResource>): SnapshotPart | undefined => {
    const derivation = derivations.get(compiled);
    const before = derivation && parts.get(derivation.from);
    if (derivation === undefined || before === undefined) return undefined;
    const plain = derivation.changes.every(([name, { absent, notices }]) => {
      const old = derivation.from.get(name);
      return !absent && old?.absent === false && notices.length === 0 && old.notices.length === 0;
    });
    if (!plain) return undefined;
    const key = derivation.changes.map(([, { resource }]) => numberOf(resource)).join(' ');
    const known = steps.get(before.resources)?.get(key);
    if (known !== undefined) return { resources: known, notices: before.notices };
    const next = new Map(before.resources);
    for (const [name, { resource }] of derivation.changes) next.set(name, resource);
    const resources = shared(next);
    // One step is under way at a time: older ones have been taken by all who will.
    steps.set(before.resources, new Map([[key, resources]]));
    return { resources, notices: before.notices };
  };

  return {
    partOf(compiled) {
      const before = parts.get(compiled) ?? derived(compiled);
      if (before !== undefined) {
        parts.set(compiled, before);
        return before;
      }
      const sorted = new Map<string, SnapshotResource>();
      const notices: string[] = [];
      for (const name of [...compiled.keys()].sort()) {
        const one = compiled.get(name);
        if (one === undefined) continue;
        if (!one.absent) sorted.set(name, one.resource);
        notices.push(...one.notices);
      }
      const part = { resources: shared(sorted), notices: notices.length === 0 ? noNotices : notices };
      parts.set(compiled, part);
      return part;
    },
  };
}

function sameResources(
  left: ReadonlyMap<string, SnapshotResource>,
  right: ReadonlyMap<string, SnapshotResource>,
): boolean {
  if (left.size !== right.size) return false;
  const others = right.values();
  for (const one of left.values()) if (others.next().value !== one) return false;
  return true;
}
