/** All resources of one moment: what compiler and registry read. */

import { type AnyResource, type Kind, type Resource, resourceKey, type Violation } from './resource.ts';

export interface Model {
  /** In the order given to `createModel`. */
  readonly resources: readonly AnyResource[];
  /** All of one kind, in the order given to `createModel`. */
  byKind<K extends Kind>(kind: K): readonly Resource<K>[];
  get<K extends Kind>(kind: K, namespace: string, name: string): Resource<K> | undefined;
  /** One for each resource that was left out because an earlier one has its kind, namespace and name. */
  readonly duplicates: readonly Violation[];
}

/** What a model has of one kind, taken over by the next one where nothing of the kind changed. */
interface KindPart {
  readonly given: readonly AnyResource[];
  readonly byKey: ReadonlyMap<string, AnyResource>;
  readonly list: readonly AnyResource[];
  readonly duplicates: ReadonlyMap<AnyResource, Violation>;
}

const partsOf = new WeakMap<Model, ReadonlyMap<Kind, KindPart>>();

/**
 * The first of two resources with the same kind, namespace and name stays; the result never changes.
 *
 * @param before the model before this one: what did not change is not looked through again.
 */
export function createModel(resources: readonly AnyResource[], before?: Model): Model {
  const given = new Map<Kind, AnyResource[]>();
  for (const resource of resources) {
    const list = given.get(resource.kind);
    if (list === undefined) given.set(resource.kind, [resource]);
    else list.push(resource);
  }
  const known = before === undefined ? undefined : partsOf.get(before);
  const parts = new Map<Kind, KindPart>();
  const duplicates = new Map<AnyResource, Violation>();
  for (const [kind, list] of given) {
    const last = known?.get(kind);
    const part = last !== undefined && sameItems(last.given, list) ? last : partOf(list);
    parts.set(kind, part);
    for (const [resource, violation] of part.duplicates) duplicates.set(resource, violation);
  }
  const firsts = new Set(duplicates.size === 0 ? [] : [...parts.values()].flatMap(({ list }) => list));
  const isKept = (resource: AnyResource): boolean => duplicates.size === 0 || firsts.delete(resource);
  const dropped: Violation[] = [];
  const kept = resources.filter((resource) => {
    const violation = isKept(resource) ? undefined : duplicates.get(resource);
    if (violation !== undefined) dropped.push(violation);
    return violation === undefined;
  });
  const model = Object.freeze({
    resources: Object.freeze(kept),
    byKind: <K extends Kind>(kind: K) => (parts.get(kind)?.list ?? []) as readonly Resource<K>[],
    get: <K extends Kind>(kind: K, namespace: string, name: string) =>
      parts.get(kind)?.byKey.get(resourceKey({ namespace, name })) as Resource<K> | undefined,
    duplicates: Object.freeze(dropped),
  });
  partsOf.set(model, parts);
  return model;
}

function partOf(given: readonly AnyResource[]): KindPart {
  const byKey = new Map<string, AnyResource>();
  const duplicates = new Map<AnyResource, Violation>();
  for (const resource of given) {
    const key = resourceKey(resource);
    const first = byKey.get(key);
    if (first === undefined) {
      byKey.set(key, resource);
      continue;
    }
    const { file, line, column } = first.position;
    duplicates.set(resource, {
      ...resource.at('metadata.name'),
      path: 'metadata.name',
      message: `${resource.kind} ${key} is defined already at ${file}:${line}:${column}; that one stays`,
    });
  }
  return { given, byKey, list: Object.freeze([...byKey.values()]), duplicates };
}

function sameItems(left: readonly AnyResource[], right: readonly AnyResource[]): boolean {
  return left.length === right.length && left.every((resource, index) => resource === right[index]);
}
