/** What differs between two maps of resources, computed once per pair however many streams ask. */

import type { OpaqueResource, ResourcesByName } from './types.ts';

/** Resources that are sent together. */
export interface Batch {
  readonly resources: readonly OpaqueResource[];
  /** The same object for all streams that make the same step: its encoding is worth keeping. */
  readonly shared: boolean;
}

export interface MapDifference {
  readonly changed: Batch;
  readonly removed: readonly string[];
}

const nowhere: ResourcesByName = new Map();
const memo = new WeakMap<ResourcesByName, WeakMap<ResourcesByName, MapDifference>>();

/** The parts of a map that is made of several (`LayeredResources`), else the map itself. */
export function layersOf(resources: ResourcesByName): readonly ResourcesByName[] {
  return 'layers' in resources ? (resources.layers as readonly ResourcesByName[]) : [resources];
}

/**
 * From what was told to what is true, one difference per layer.
 *
 * @param from absent: nothing was told.
 */
export function differencesBetween(from: ResourcesByName | undefined, to: ResourcesByName): readonly MapDifference[] {
  const next = layersOf(to);
  const before = from === undefined ? [] : layersOf(from);
  if (from !== undefined && before.length !== next.length) {
    const { changed, removed } = compare(from, to);
    return [{ changed: { ...changed, shared: false }, removed }];
  }
  return next.map((layer, index) => remembered(before[index] ?? nowhere, layer));
}

function remembered(from: ResourcesByName, to: ResourcesByName): MapDifference {
  if (from === to) return nothing;
  const known = memo.get(from) ?? new WeakMap<ResourcesByName, MapDifference>();
  memo.set(from, known);
  const difference = known.get(to) ?? compare(from, to);
  known.set(to, difference);
  return difference;
}

const nothing: MapDifference = { changed: { resources: [], shared: true }, removed: [] };

function compare(from: ResourcesByName, to: ResourcesByName): MapDifference {
  const changed: OpaqueResource[] = [];
  const removed: string[] = [];
  for (const resource of to.values()) {
    const before = from.get(resource.name);
    if (before !== resource && before?.version !== resource.version) changed.push(resource);
  }
  for (const name of from.keys()) if (!to.has(name)) removed.push(name);
  return { changed: { resources: changed, shared: true }, removed };
}
