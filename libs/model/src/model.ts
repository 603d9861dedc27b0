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

/** The first of two resources with the same kind, namespace and name stays; the result never changes. */
export function createModel(resources: readonly AnyResource[]): Model {
  const kept: AnyResource[] = [];
  const kinds = new Map<Kind, Map<string, Resource>>();
  const duplicates: Violation[] = [];
  for (const resource of resources) {
    const key = resourceKey(resource);
    const byKey = kinds.get(resource.kind) ?? new Map<string, Resource>();
    kinds.set(resource.kind, byKey);
    const first = byKey.get(key);
    if (first === undefined) {
      byKey.set(key, resource);
      kept.push(resource);
      continue;
    }
    const { file, line, column } = first.position;
    duplicates.push({
      ...resource.at('metadata.name'),
      path: 'metadata.name',
      message: `${resource.kind} ${key} is defined already at ${file}:${line}:${column}; that one stays`,
    });
  }
  const lists = new Map([...kinds].map(([kind, byKey]) => [kind, Object.freeze([...byKey.values()])]));
  return Object.freeze({
    resources: Object.freeze(kept),
    byKind: <K extends Kind>(kind: K) => (lists.get(kind) ?? []) as readonly Resource<K>[],
    get: <K extends Kind>(kind: K, namespace: string, name: string) =>
      kinds.get(kind)?.get(resourceKey({ namespace, name })) as Resource<K> | undefined,
    duplicates: Object.freeze(duplicates),
  });
}
