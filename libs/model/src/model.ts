/** All resources of one moment: what compiler and registry read. */

import { differing, listDifference, regrouped } from './list-difference.ts';
import { type AnyResource, type Kind, type Resource, resourceKey, type Violation } from './resource.ts';

export interface Model {
  /** In the order given to `createModel`. */
  readonly resources: readonly AnyResource[];
  /** All of one kind, in the order given to `createModel`; the same list as in the model before where nothing of the kind changed. */
  byKind<K extends Kind>(kind: K): readonly Resource<K>[];
  get<K extends Kind>(kind: K, namespace: string, name: string): Resource<K> | undefined;
  /** One for each resource that was left out because an earlier one has its kind, namespace and name. */
  readonly duplicates: readonly Violation[];
}

/** Resources that only one of two models has, or that stand elsewhere in the other. */
export interface ModelChanges {
  readonly removed: readonly AnyResource[];
  readonly added: readonly AnyResource[];
}

/** What a model has of one kind, taken over by the next one where nothing of the kind changed. */
interface KindPart {
  readonly given: readonly AnyResource[];
  readonly list: readonly AnyResource[];
  readonly duplicates: ReadonlyMap<AnyResource, Violation>;
  /** By "namespace/name", but for `news`. */
  readonly base: ReadonlyMap<string, AnyResource>;
  /** What changed since `base`: undefined where it is gone. */
  readonly news: ReadonlyMap<string, AnyResource | undefined>;
}

interface Made {
  readonly given: readonly AnyResource[];
  readonly byKind: ReadonlyMap<Kind, readonly AnyResource[]>;
  readonly parts: ReadonlyMap<Kind, KindPart>;
}

/** Changes on top of an index before it is made anew. */
const newsMax = 256;

const madeOf = new WeakMap<Model, Made>();
const changesOf = new WeakMap<Model, WeakMap<Model, ModelChanges>>();

/**
 * The first of two resources with the same kind, namespace and name stays; the result never changes.
 *
 * @param before the model before this one: what did not change is not looked through again.
 */
export function createModel(resources: readonly AnyResource[], before?: Model): Model {
  const last = before === undefined ? undefined : madeOf.get(before);
  const given = [...resources];
  const difference = listDifference(last?.given ?? [], given);
  const byKind = regrouped(last?.byKind ?? new Map(), last?.given ?? [], given, difference, ({ kind }) => kind);
  const parts = partsOf(byKind, last);
  const duplicates = new Map([...parts.values()].flatMap((part) => [...part.duplicates]));
  const { kept, dropped } = withoutDuplicates(given, parts, duplicates);
  const model = Object.freeze({
    resources: Object.freeze(kept),
    byKind: <K extends Kind>(kind: K) => (parts.get(kind)?.list ?? []) as readonly Resource<K>[],
    get<K extends Kind>(kind: K, namespace: string, name: string) {
      const part = parts.get(kind);
      const key = resourceKey({ namespace, name });
      return (part?.news.has(key) ? part.news.get(key) : part?.base.get(key)) as Resource<K> | undefined;
    },
    duplicates: Object.freeze(dropped),
  });
  madeOf.set(model, { given, byKind, parts });
  if (before !== undefined && duplicates.size === 0 && before.duplicates.length === 0) {
    const changes = { removed: differing(last?.given ?? [], difference), added: differing(given, difference) };
    changesOf.set(before, new WeakMap([[model, changes]]));
  }
  return model;
}

/** Costs what changed where `to` was made with `from` before it. */
export function modelChanges(from: Model, to: Model): ModelChanges {
  const known = changesOf.get(from)?.get(to);
  if (known !== undefined) return known;
  const difference = listDifference(from.resources, to.resources);
  return { removed: differing(from.resources, difference), added: differing(to.resources, difference) };
}

/** True where both have the very same resources of these kinds, in one order. */
export function sameOfKinds(left: Model, right: Model, kinds: readonly Kind[]): boolean {
  return kinds.every((kind) => {
    const mine: readonly unknown[] = left.byKind(kind);
    const others: readonly unknown[] = right.byKind(kind);
    return (
      mine === others || (mine.length === others.length && mine.every((resource, index) => resource === others[index]))
    );
  });
}

function partsOf(byKind: Made['byKind'], last: Made | undefined): ReadonlyMap<Kind, KindPart> {
  const parts = new Map<Kind, KindPart>();
  for (const [kind, list] of byKind) {
    const part = last?.parts.get(kind);
    parts.set(kind, part !== undefined && last?.byKind.get(kind) === list ? part : nextPart(part, list));
  }
  return parts;
}

/** Two of one name are looked for in the whole list where the list may have some. */
function nextPart(last: KindPart | undefined, given: readonly AnyResource[]): KindPart {
  if (last === undefined || last.duplicates.size > 0) return partOf(given);
  const difference = listDifference(last.given, given);
  const removed = differing(last.given, difference);
  const added = differing(given, difference);
  if (last.news.size + removed.length + added.length > newsMax) return partOf(given);
  const news = new Map(last.news);
  for (const resource of removed) news.set(resourceKey(resource), undefined);
  for (const resource of added) {
    const key = resourceKey(resource);
    if ((news.has(key) ? news.get(key) : last.base.get(key)) !== undefined) return partOf(given);
    news.set(key, resource);
  }
  return { given, list: Object.freeze(given), duplicates: last.duplicates, base: last.base, news };
}

function partOf(given: readonly AnyResource[]): KindPart {
  const base = new Map<string, AnyResource>();
  const duplicates = new Map<AnyResource, Violation>();
  for (const resource of given) {
    const key = resourceKey(resource);
    const first = base.get(key);
    if (first === undefined) {
      base.set(key, resource);
      continue;
    }
    const { file, line, column } = first.position;
    duplicates.set(resource, {
      ...resource.at('metadata.name'),
      path: 'metadata.name',
      message: `${resource.kind} ${key} is defined already at ${file}:${line}:${column}; that one stays`,
    });
  }
  return { given, list: Object.freeze([...base.values()]), duplicates, base, news: new Map() };
}

function withoutDuplicates(
  given: AnyResource[],
  parts: ReadonlyMap<Kind, KindPart>,
  duplicates: ReadonlyMap<AnyResource, Violation>,
): { readonly kept: AnyResource[]; readonly dropped: Violation[] } {
  if (duplicates.size === 0) return { kept: given, dropped: [] };
  // An object that is given twice stays once.
  const firsts = new Set([...parts.values()].flatMap(({ list }) => list));
  const dropped: Violation[] = [];
  const kept = given.filter((resource) => {
    if (firsts.delete(resource)) return true;
    const violation = duplicates.get(resource);
    if (violation !== undefined) dropped.push(violation);
    return violation === undefined;
  });
  return { kept, dropped };
}
