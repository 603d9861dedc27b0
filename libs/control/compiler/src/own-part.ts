/** What one proxy has for itself of a snapshot, made again only when something changed that it can depend on. */

import type { ProxyDescription, RegistryView } from '@weft/control-registry';
import type { CompiledResource } from './cache.ts';
import type { Context } from './context.ts';
import { workloadInputs } from './linkerd/workload.ts';
import { registryChanges } from './registry-changes.ts';
import type { ResourceType } from './resource-types.ts';

export interface OwnPart {
  readonly compiled: Readonly<Record<ResourceType, ReadonlyMap<string, CompiledResource>>>;
  readonly notices: readonly string[];
}

interface Kept {
  readonly inputs: readonly unknown[];
  readonly registry: RegistryView;
  readonly part: OwnPart;
}

/**
 * Of instances, own resources depend on those at the proxy's own addresses and on those of headless services; a generator that reads
 * others has to emit bundles.
 *
 * @param make runs the generators.
 */
export function createOwnParts(make: (context: Context) => OwnPart): (context: Context) => OwnPart {
  const kept = new WeakMap<ProxyDescription, Kept>();
  return (context) => {
    const { proxy, world } = context;
    const { registry } = world.input;
    const inputs = inputsOf(context);
    const before = kept.get(proxy);
    const holds =
      before !== undefined &&
      inputs.every((value, index) => Object.is(value, before.inputs[index])) &&
      !concerns(before.registry, registry, proxy);
    const part = holds ? before.part : make(context);
    kept.set(proxy, { inputs, registry, part });
    return part;
  };
}

/** `names` stands for all of the model that counts here, but for the proxy's own Pod. */
function inputsOf(context: Context): readonly unknown[] {
  const { world, scope } = context;
  const { model: _model, registry: _registry, ...rest } = world.input;
  return [world.names, scope, ...Object.values(rest), ...workloadInputs(context)];
}

function concerns(from: RegistryView, to: RegistryView, proxy: ProxyDescription): boolean {
  if (from === to) return false;
  const { headless, addresses } = registryChanges(from, to);
  return headless || addresses.has(proxy.address) || proxy.addresses.some((address) => addresses.has(address));
}
