/** From the whole model and one proxy to the resources of that proxy. */

import type { ProxyDescription } from '@weft/control-registry';
import { createAssembler } from './assemble.ts';
import { type CompileCache, type CompiledResource, createCompileCache, type Draft } from './cache.ts';
import type { Context } from './context.ts';
import { ownGenerators, sharedGenerators } from './generators.ts';
import type { CompileInput } from './input.ts';
import { createOwnParts, type OwnPart } from './own-part.ts';
import type { ResourceType } from './resource-types.ts';
import type { Snapshot } from './snapshot.ts';
import { telemetryNotices } from './telemetry/notices.ts';
import { createWorldFactory, type World } from './world.ts';

export interface CompilerLimits {
  /** Compiled resources kept for the next compilation, over all proxies. */
  readonly resourcesMax: number;
}

export const defaultCompilerLimits: CompilerLimits = { resourcesMax: 400_000 };

export interface Compiler {
  /**
   * Equal input and proxy: equal bytes, whatever was compiled before.
   *
   * @throws Error when the resources do not fit together, which is a mistake in the compiler; nothing of it may be published.
   */
  compile(input: CompileInput, proxy: ProxyDescription): Snapshot;
  /** A proxy that is gone: what was kept for it alone is dropped. Another one of this id is compiled anew. */
  forget(proxyId: string): void;
  /** Resources made since the start, by type: what the cache could not answer. */
  counts(): Readonly<Record<ResourceType, number>>;
}

/** A compiler that makes again only what changed. */
export function createCompiler(limits: Partial<CompilerLimits> = {}): Compiler {
  const cache = createCompileCache(limits.resourcesMax ?? defaultCompilerLimits.resourcesMax);
  const worldOf = createWorldFactory();
  const assembler = createAssembler();
  const ownPart = createOwnParts((context) => generateOwn(cache, context));
  let last: World | undefined;
  return {
    counts: cache.counts,
    forget: cache.forget,
    compile(input, proxy) {
      if (last === undefined || !sameInput(last.input, input)) last = worldOf(input);
      const world = last;
      const scope = world.scope(proxy);
      const shared = new Map<ResourceType, ReadonlyMap<string, CompiledResource>>();
      const context: Context = {
        world,
        proxy,
        scope,
        emit() {
          throw new Error('generators of what is shared emit bundles');
        },
        emitAll: (bundle) => void shared.set(bundle.type, cache.all(bundle)),
      };
      for (const generate of sharedGenerators) generate(context);
      return assembler.assemble(proxy, shared, ownPart(context), world.notices);
    },
  };
}

/** Runs the generators of what is the proxy's own. */
function generateOwn(cache: CompileCache, { world, proxy, scope }: Context): OwnPart {
  const set: Record<ResourceType, Map<string, CompiledResource>> = {
    cluster: new Map(),
    endpoint: new Map(),
    listener: new Map(),
    route: new Map(),
    secret: new Map(),
  };
  const routes = new Map<string, Draft<'route'>>();
  const emit: Context['emit'] = (draft) => {
    if (isRoute(draft)) routes.set(draft.name, draft);
    else set[draft.type].set(draft.name, cache.get(draft));
  };
  const emitAll: Context['emitAll'] = (bundle) => {
    for (const [name, compiled] of cache.all(bundle)) set[bundle.type].set(name, compiled);
  };
  const context: Context = { world, proxy, scope, emit, emitAll };
  for (const generate of ownGenerators) generate(context);
  // Routes are made where a listener asks for them.
  for (const { references } of set.listener.values()) {
    for (const name of references.routes) {
      const draft = routes.get(name);
      if (draft !== undefined) set.route.set(name, cache.get(draft));
    }
  }
  return { compiled: set, notices: telemetryNotices(context) };
}

function sameInput(left: CompileInput, right: CompileInput): boolean {
  return Object.keys({ ...left, ...right }).every((key) => {
    const field = key as keyof CompileInput;
    return Object.is(left[field], right[field]);
  });
}

/** Pure: a compilation that remembers nothing. */
export function compile(input: CompileInput, proxy: ProxyDescription): Snapshot {
  return createCompiler().compile(input, proxy);
}

function isRoute<T extends ResourceType>(draft: Draft<T> | Draft<'route'>): draft is Draft<'route'> {
  return draft.type === 'route';
}
