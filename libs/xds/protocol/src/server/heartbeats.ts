/** Heartbeats of resources with a lifetime: each is told to live on before half of the shortest lifetime is over. */

import type { Cancel, Clock } from '@weft/kernel';
import { layersOf } from './map-difference.ts';
import { emptyResources, isKnown, type Subscription } from './subscription.ts';
import type { OpaqueResource, ResourcesByName } from './types.ts';

export interface Heartbeats {
  /** A response of the type was sent. */
  sent(subscription: Subscription, resources: ResourcesByName): void;
  stop(): void;
}

const lifetimes = new WeakMap<ResourcesByName, readonly OpaqueResource[]>();

/** Those with a lifetime; looked for once per map. */
function mortalsOf(resources: ResourcesByName): readonly OpaqueResource[] {
  const layers = layersOf(resources);
  return layers.length === 1 ? mortalsOfLayer(resources) : layers.flatMap(mortalsOfLayer);
}

function mortalsOfLayer(resources: ResourcesByName): readonly OpaqueResource[] {
  let found = lifetimes.get(resources);
  if (found === undefined) {
    found = [...resources.values()].filter(({ ttlMs }) => ttlMs !== undefined);
    lifetimes.set(resources, found);
  }
  return found;
}

/** @param beat sends heartbeats of these; they may be fewer than there were. */
export function createHeartbeats(
  clock: Clock,
  resourcesOf: (typeUrl: string) => ResourcesByName | undefined,
  beat: (subscription: Subscription, resources: readonly OpaqueResource[]) => void,
): Heartbeats {
  const timers = new Map<string, Cancel>();

  const schedule = (subscription: Subscription, mortals: readonly OpaqueResource[]): void => {
    const { typeUrl } = subscription;
    timers.get(typeUrl)?.();
    timers.delete(typeUrl);
    const shortest = Math.min(...mortals.map(({ ttlMs = Number.POSITIVE_INFINITY }) => ttlMs));
    if (!Number.isFinite(shortest)) return;
    const cancel = clock.after(shortest / 2, () => {
      const now = mortalsOf(resourcesOf(typeUrl) ?? emptyResources).filter(({ name }) => isKnown(subscription, name));
      if (now.length > 0) beat(subscription, now);
      schedule(subscription, now);
    });
    timers.set(typeUrl, cancel);
  };

  return {
    sent(subscription, resources) {
      const mortals = mortalsOf(resources);
      if (mortals.length > 0 || timers.has(subscription.typeUrl)) schedule(subscription, mortals);
    },
    stop() {
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
