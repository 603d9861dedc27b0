/** What every listener of a proxy is made from besides its own port: for the cache. */

import type { Context } from '../context.ts';

export function listenerInputs({ proxy, world }: Context): readonly unknown[] {
  const { trustDomain, mesh } = world.input;
  return [proxy.labels, proxy.workloadName, proxy.namespace, trustDomain, mesh];
}
