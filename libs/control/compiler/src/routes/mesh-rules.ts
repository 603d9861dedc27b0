/** Which VirtualService holds for a host inside the mesh: one alone, the most specific, then the oldest. */

import { hostCovers, type IndexedVirtualService, mostSpecific } from '../model-index.ts';
import { notice, provenanceOf } from '../provenance.ts';
import type { World } from '../world.ts';

/** VirtualServices of one host are not merged inside the mesh; the younger ones are ignored. */
export function meshVirtualService(world: World, host: string): IndexedVirtualService | undefined {
  const mesh = world.index.virtualServices.filter(
    (candidate) => candidate.mesh && candidate.resource.spec.http.length > 0,
  );
  return mostSpecific(mesh, host, (candidate) => candidate.hosts)?.candidate;
}

/** Hosts that only a VirtualService names, with the oldest that does; a pattern that covers a service speaks for that service alone. */
export function ruleOnlyHosts(world: World): ReadonlyMap<string, IndexedVirtualService> {
  const found = new Map<string, IndexedVirtualService>();
  const services = [...world.input.registry.services.keys()];
  for (const candidate of world.index.virtualServices) {
    if (!candidate.mesh || candidate.resource.spec.http.length === 0) continue;
    for (const host of candidate.hosts) {
      if (host === '*' || found.has(host) || services.some((service) => hostCovers(host, service))) continue;
      found.set(host, candidate);
    }
  }
  return found;
}

/** A sentence for each VirtualService that an older one of the same host and the mesh puts out of force. */
export function shadowedRules(world: World): readonly string[] {
  const first = new Map<string, IndexedVirtualService>();
  const notices: string[] = [];
  for (const candidate of world.index.virtualServices) {
    if (!candidate.mesh) continue;
    for (const [position, host] of candidate.hosts.entries()) {
      const winner = first.get(host);
      if (winner === undefined) {
        first.set(host, candidate);
      } else if (winner !== candidate) {
        const { namespace, name } = winner.resource;
        const from = provenanceOf(candidate.resource, `hosts[${position}]`);
        notices.push(
          notice(from, `ignored inside the mesh: the older VirtualService ${namespace}/${name} has host ${host}`),
        );
      }
    }
  }
  return notices;
}
