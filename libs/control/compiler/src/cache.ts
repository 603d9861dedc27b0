/** The incremental cache: a resource is made again only when something that it was made from is another object. */

import { createEncoder, type Encoder } from './encode.ts';
import { type References, referencesOf } from './references.ts';
import { type MessageOf, type ResourceType, schemas } from './resource-types.ts';
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
  /** What distinguishes resources of one name: the namespace, the proxy. */
  readonly scope: string;
  /** All that `build` reads, compared one by one with Object.is. */
  readonly inputs: readonly unknown[];
  build(): Built<T>;
}

export interface CompileCache {
  get<T extends ResourceType>(draft: Draft<T>): CompiledResource;
  /** Resources built since the start, by type. */
  counts(): Readonly<Record<ResourceType, number>>;
}

interface Kept {
  readonly inputs: readonly unknown[];
  readonly compiled: CompiledResource;
}

/** @param resourcesMax resources kept; the longest unused goes first. */
export function createCompileCache(resourcesMax: number): CompileCache {
  const encoder: Encoder = createEncoder(resourcesMax);
  const kept = new Map<string, Kept>();
  const counts: Record<ResourceType, number> = { cluster: 0, endpoint: 0, listener: 0, route: 0, secret: 0 };
  return {
    counts: () => ({ ...counts }),
    get(draft) {
      const key = `${draft.type}|${draft.scope}|${draft.name}`;
      const known = kept.get(key);
      kept.delete(key);
      if (known !== undefined && sameInputs(known.inputs, draft.inputs)) {
        kept.set(key, known);
        return known.compiled;
      }
      counts[draft.type] += 1;
      const compiled = compileDraft(draft, encoder);
      kept.set(key, { inputs: draft.inputs, compiled });
      if (kept.size > resourcesMax) {
        for (const oldest of kept.keys()) {
          kept.delete(oldest);
          break;
        }
      }
      return compiled;
    },
  };
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

function sameInputs(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((value, index) => Object.is(value, right[index]));
}
