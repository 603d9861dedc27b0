/** The objects of one kind: per object its last good version and what is wrong with the newest. */

import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@weft/kernel';
import { type AnyResource, describeViolation, type Kind, parseObject } from '@weft/model';
import type { FileState, SourceLogger } from '../source.ts';
import { type KubernetesObject, withoutBulk } from './object.ts';

interface Entry {
  readonly resource: AnyResource | undefined;
  readonly state: FileState;
  readonly version: string | undefined;
}

export interface ObjectTable {
  /** @returns true where anything changed. */
  replace(objects: readonly KubernetesObject[]): boolean;
  apply(object: KubernetesObject, change: 'put' | 'removed'): boolean;
  /** In order of `files`. */
  resources(): readonly AnyResource[];
  /** In order of their names, "kubernetes/<kind>/<namespace>/<name>". */
  files(): readonly FileState[];
  size(): number;
}

export interface ObjectTableOptions {
  readonly kind: Kind;
  readonly clock: Clock;
  readonly logger: SourceLogger;
  /** Whether one more object of any kind may be kept. */
  readonly room: () => boolean;
  /** Objects that are not read are as good as gone. Absent: all are read. */
  readonly isRead?: (object: KubernetesObject) => boolean;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function createObjectTable(options: ObjectTableOptions): ObjectTable {
  const { kind, clock, logger, room, isRead = () => true } = options;
  const entries = new Map<string, Entry>();
  /** Sorted; nothing where objects came or went since. */
  let order: readonly string[] | undefined;
  let cached: { resources: readonly AnyResource[]; files: readonly FileState[] } | undefined;
  let leftOut = 0;

  const nameOf = ({ metadata }: KubernetesObject): string | undefined =>
    metadata.name === undefined
      ? undefined
      : ['kubernetes', kind, ...(metadata.namespace === undefined ? [] : [metadata.namespace]), metadata.name].join(
          '/',
        );

  const store = (file: string, entry: Entry): true => {
    if (!entries.has(file)) order = undefined;
    entries.set(file, entry);
    cached = undefined;
    return true;
  };

  const put = (file: string, object: KubernetesObject): boolean => {
    const last = entries.get(file);
    const version = object.metadata.resourceVersion;
    if (last !== undefined && version !== undefined && last.version === version) return false;
    if (last === undefined && !room()) {
      leftOut += 1;
      if (leftOut === 1) logger.warn({ file }, 'objects are left out: as many as the limit allows are kept');
      return false;
    }
    const { resource, violations, warnings } = parseObject(file, withoutBulk(object));
    if (violations.length > 0) {
      logger.warn(
        { file, violations: violations.map(describeViolation), inForce: last?.resource === undefined ? 0 : 1 },
        'object rejected; its last good version, if there was one, stays in force',
      );
      const lastGoodAt = last?.state.lastGoodAt ?? '';
      const resources = last?.resource === undefined ? 0 : 1;
      const state: FileState = { file, state: 'rejected', resources, violations, lastGoodAt };
      return store(file, { resource: last?.resource, state: Object.freeze(state), version });
    }
    const known = last?.resource;
    if (last?.state.state === 'ok' && known !== undefined && resource !== undefined && saysTheSame(known, resource)) {
      entries.set(file, { ...last, version });
      return false;
    }
    for (const warning of warnings) logger.warn({ file }, describeViolation(warning));
    const lastGoodAt = new Date(clock.now()).toISOString();
    const state: FileState = {
      file,
      state: 'ok',
      resources: resource === undefined ? 0 : 1,
      violations: [],
      lastGoodAt,
    };
    return store(file, { resource, state: Object.freeze(state), version });
  };

  const drop = (file: string): boolean => {
    if (!entries.delete(file)) return false;
    order = undefined;
    cached = undefined;
    return true;
  };

  const snapshot = (): NonNullable<typeof cached> => {
    if (cached !== undefined) return cached;
    order ??= [...entries.keys()].sort(compareText);
    const resources: AnyResource[] = [];
    const files: FileState[] = [];
    for (const file of order) {
      const entry = entries.get(file);
      if (entry === undefined) continue;
      files.push(entry.state);
      if (entry.resource !== undefined) resources.push(entry.resource);
    }
    cached = { resources, files };
    return cached;
  };

  return {
    replace(all) {
      leftOut = 0;
      const objects = all.filter(isRead);
      const here = new Set<string>();
      let changed = false;
      for (const object of objects) {
        const file = nameOf(object);
        if (file !== undefined) here.add(file);
      }
      // First what is gone: it makes room.
      for (const file of [...entries.keys()]) if (!here.has(file)) changed = drop(file) || changed;
      for (const object of objects) {
        const file = nameOf(object);
        if (file !== undefined) changed = put(file, object) || changed;
      }
      return changed;
    },
    apply(object, change) {
      const file = nameOf(object);
      if (file === undefined) return false;
      return change === 'removed' || !isRead(object) ? drop(file) : put(file, object);
    },
    resources: () => snapshot().resources,
    files: () => snapshot().files,
    size: () => entries.size,
  };
}

/** Objects change for reasons that the mesh does not read: heart-beats of Nodes, counts in a status. */
function saysTheSame(before: AnyResource, after: AnyResource): boolean {
  return (
    before.apiVersion === after.apiVersion &&
    before.creationTimestamp === after.creationTimestamp &&
    isDeepStrictEqual(before.spec, after.spec) &&
    isDeepStrictEqual(before.labels, after.labels) &&
    isDeepStrictEqual(before.annotations, after.annotations)
  );
}
