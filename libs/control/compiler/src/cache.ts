/** The incremental cache: a resource is made again only when something that it was made from is another object. */

import { createEncoder, type Encoder } from './encode.ts';
import { type References, referencesOf } from './references.ts';
import { type MessageOf, type ResourceType, schemas } from './resource-types.ts';
import { sameElements } from './same-elements.ts';
import { changedMap } from './shared-part.ts';
import type { SnapshotResource } from './snapshot.ts';

export interface CompiledResource {
  readonly resource: SnapshotResource;
  readonly references: References;
  readonly missingClusters: readonly string[];
  readonly notices: readonly string[];
  /** Not sent: only its notices are. */
  readonly absent: boolean;
}

export interface Built<T extends ResourceType> {
  readonly message: MessageOf<T>;
  readonly notices?: readonly string[];
  readonly missingClusters?: readonly string[];
  /** True where nothing is left of it but its notices. */
  readonly absent?: boolean;
}

export interface Draft<T extends ResourceType> {
  readonly type: T;
  readonly name: string;
  /** What distinguishes resources of one name: the namespace; the id of the proxy that alone has it. */
  readonly scope: string;
  /** All that `build` reads, compared one by one with Object.is. */
  readonly inputs: readonly unknown[];
  build(): Built<T>;
}

/** Drafts that many proxies have in common: looked through again only when one of `inputs` is another object. */
export interface Bundle<T extends ResourceType> {
  readonly type: T;
  /** Distinguishes the bundles of a type: whose they are. */
  readonly scope: string;
  /** All that `drafts` reads, compared one by one with Object.is. */
  readonly inputs: readonly unknown[];
  drafts(): Iterable<Draft<T>>;
  /**
   * Those of `drafts` that may differ from what they were with the inputs before; nothing where all may, or where there are others.
   */
  changed?(before: readonly unknown[]): Iterable<Draft<T>> | undefined;
}

export interface CompileCache {
  get<T extends ResourceType>(draft: Draft<T>): CompiledResource;
  /** By name. */
  all<T extends ResourceType>(bundle: Bundle<T>): ReadonlyMap<string, CompiledResource>;
  /** Drafts of a scope that nobody will ask for again, so that they do not push out those of others. */
  forget(scope: string): void;
  /** Resources built since the start, by type. */
  counts(): Readonly<Record<ResourceType, number>>;
}

interface Kept {
  readonly scope: string;
  readonly inputs: readonly unknown[];
  readonly compiled: CompiledResource;
}

interface KeptBundle {
  readonly inputs: readonly unknown[];
  readonly compiled: ReadonlyMap<string, CompiledResource>;
}

/** Bundles kept; the longest unused goes first. One for each kind of client and namespace, of each type. */
export const bundlesMax = 1000;

/** @param resourcesMax resources kept; the longest unused goes first. */
export function createCompileCache(resourcesMax: number): CompileCache {
  const encoder: Encoder = createEncoder(resourcesMax);
  const kept = new Map<string, Kept>();
  const keysByScope = new Map<string, Set<string>>();
  const counts: Record<ResourceType, number> = { cluster: 0, endpoint: 0, listener: 0, route: 0, secret: 0 };
  const bundles = new Map<string, KeptBundle>();
  const cache: CompileCache = {
    counts: () => ({ ...counts }),
    all(bundle) {
      const key = `${bundle.type}|${bundle.scope}`;
      const known = bundles.get(key);
      bundles.delete(key);
      const holds = known !== undefined && sameElements(known.inputs, bundle.inputs);
      const compiled = holds ? known.compiled : compileBundle(bundle, known, cache);
      bundles.set(key, { inputs: bundle.inputs, compiled });
      if (bundles.size > bundlesMax) dropOldest(bundles);
      return compiled;
    },
    get(draft) {
      const key = `${draft.type}|${draft.scope}|${draft.name}`;
      const known = kept.get(key);
      kept.delete(key);
      if (known !== undefined && sameElements(known.inputs, draft.inputs)) {
        kept.set(key, known);
        return known.compiled;
      }
      counts[draft.type] += 1;
      const compiled = compileDraft(draft, encoder);
      kept.set(key, { scope: draft.scope, inputs: draft.inputs, compiled });
      const keys = keysByScope.get(draft.scope);
      if (keys === undefined) keysByScope.set(draft.scope, new Set([key]));
      else keys.add(key);
      if (kept.size > resourcesMax) {
        const [oldest, { scope } = { scope: '' }] = dropOldest(kept) ?? [];
        const others = keysByScope.get(scope);
        if (oldest !== undefined) others?.delete(oldest);
        if (others?.size === 0) keysByScope.delete(scope);
      }
      return compiled;
    },
    forget(scope) {
      for (const key of keysByScope.get(scope) ?? []) kept.delete(key);
      keysByScope.delete(scope);
    },
  };
  return cache;
}

function compileBundle<T extends ResourceType>(
  bundle: Bundle<T>,
  known: KeptBundle | undefined,
  cache: CompileCache,
): ReadonlyMap<string, CompiledResource> {
  const some = known === undefined ? undefined : bundle.changed?.(known.inputs);
  if (known !== undefined && some !== undefined) {
    const fresh = [...some].map((draft) => [draft.name, cache.get(draft)] as const);
    return changedMap(
      known.compiled,
      fresh.filter(([name, compiled]) => known.compiled.get(name) !== compiled),
    );
  }
  const compiled = new Map<string, CompiledResource>();
  for (const draft of bundle.drafts()) compiled.set(draft.name, cache.get(draft));
  return compiled;
}

function dropOldest<T>(kept: Map<string, T>): readonly [string, T] | undefined {
  for (const oldest of kept) {
    kept.delete(oldest[0]);
    return oldest;
  }
  return undefined;
}

function compileDraft<T extends ResourceType>(draft: Draft<T>, encoder: Encoder): CompiledResource {
  const { message, notices = [], missingClusters = [], absent = false } = draft.build();
  return {
    resource: encoder.encode(schemas[draft.type], draft.name, message),
    references: referencesOf(draft.type, message),
    missingClusters,
    notices,
    absent,
  };
}
