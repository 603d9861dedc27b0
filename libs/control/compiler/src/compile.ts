/** From the whole model and one proxy to the resources of that proxy. */

import type { ProxyDescription } from '@weft/control-registry';
import { assertThat } from '@weft/kernel';
import { type CompiledResource, createCompileCache, type Draft } from './cache.ts';
import { checkConsistency } from './consistency.ts';
import type { Context } from './context.ts';
import { generators } from './generators.ts';
import type { CompileInput } from './input.ts';
import type { ResourceType } from './resource-types.ts';
import { type Snapshot, type SnapshotResource, typeUrls } from './snapshot.ts';
import { telemetryNotices } from './telemetry/notices.ts';
import { createWorldFactory } from './world.ts';

export interface CompilerLimits {
  /** Compiled resources kept for the next compilation, over all proxies. */
  readonly resourcesMax: number;
}

export const defaultCompilerLimits: CompilerLimits = { resourcesMax: 100_000 };

export interface Compiler {
  /**
   * Equal input and proxy: equal bytes, whatever was compiled before.
   *
   * @throws Error when the resources do not fit together, which is a mistake in the compiler; nothing of it may be published.
   */
  compile(input: CompileInput, proxy: ProxyDescription): Snapshot;
  /** Resources made since the start, by type: what the cache could not answer. */
  counts(): Readonly<Record<ResourceType, number>>;
}

/** A compiler that makes again only what changed. */
export function createCompiler(limits: Partial<CompilerLimits> = {}): Compiler {
  const cache = createCompileCache(limits.resourcesMax ?? defaultCompilerLimits.resourcesMax);
  const worldOf = createWorldFactory();
  return {
    counts: cache.counts,
    compile(input, proxy) {
      const world = worldOf(input);
      const set: Record<ResourceType, Map<string, CompiledResource>> = {
        cluster: new Map(),
        endpoint: new Map(),
        listener: new Map(),
        route: new Map(),
        secret: new Map(),
      };
      const scope = world.scope(proxy);
      const routes = new Map<string, Draft<'route'>>();
      const emit: Context['emit'] = (draft) => {
        if (isRoute(draft)) routes.set(draft.name, draft);
        else set[draft.type].set(draft.name, cache.get(draft));
      };
      const emitAll: Context['emitAll'] = (bundle) => {
        for (const [name, compiled] of cache.all(bundle)) set[bundle.type].set(name, compiled);
      };
      const context: Context = { world, proxy, scope, emit, emitAll };
      for (const generate of generators) generate(context);
      // Routes are made where a listener asks for them.
      for (const { references } of set.listener.values()) {
        for (const name of references.routes) {
          const draft = routes.get(name);
          if (draft !== undefined) set.route.set(name, cache.get(draft));
        }
      }
      const problems = checkConsistency(set);
      assertThat(problems.length === 0, `compiled resources of ${proxy.id} fit together: ${problems.join('; ')}`);
      return toSnapshot(set, [...world.notices, ...telemetryNotices(context)]);
    },
  };
}

/** Pure: a compilation that remembers nothing. */
export function compile(input: CompileInput, proxy: ProxyDescription): Snapshot {
  return createCompiler().compile(input, proxy);
}

function isRoute<T extends ResourceType>(draft: Draft<T> | Draft<'route'>): draft is Draft<'route'> {
  return draft.type === 'route';
}

function toSnapshot(
  set: Readonly<Record<ResourceType, ReadonlyMap<string, CompiledResource>>>,
  general: readonly string[],
): Snapshot {
  const resources = new Map<string, ReadonlyMap<string, SnapshotResource>>();
  const notices = new Set<string>(general);
  for (const type of Object.keys(typeUrls) as ResourceType[]) {
    const byName = new Map<string, SnapshotResource>();
    for (const name of [...set[type].keys()].sort()) {
      const compiled = set[type].get(name);
      if (compiled === undefined) continue;
      if (!compiled.absent) byName.set(name, compiled.resource);
      for (const text of compiled.notices) notices.add(text);
    }
    resources.set(typeUrls[type], byName);
  }
  return { resources, notices: [...notices].sort() };
}
