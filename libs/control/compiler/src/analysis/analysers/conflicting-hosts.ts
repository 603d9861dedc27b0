/** WEFT0105: VirtualServices of one host inside the mesh: the oldest alone counts. */

import { shadowedHosts } from '../../virtual-services/mesh-hosts.ts';
import { nameOf } from '../analysed-mesh.ts';
import type { Analyser } from '../analyser.ts';
import { apiOf } from './api-of.ts';
import { mayMeet } from './exports.ts';

export const conflictingHosts: Analyser = {
  code: 'WEFT0105',
  name: 'conflicting-hosts',
  severity: 'error',
  istio: ['IST0109'],
  summary: 'Two VirtualServices speak for one host inside the mesh.',
  effect: 'They are not merged: the older one speaks for the host, the rules of the other are not used.',
  remedy: 'Put all rules of a host into one VirtualService, or split it with `delegate`.',
  find: (mesh) =>
    shadowedHosts(mesh.index).flatMap(({ rules, position, winner }) => {
      const loser = rules.resource;
      if (apiOf(loser) !== apiOf(winner.resource) || !mayMeet(mesh.mesh, loser, winner.resource)) return [];
      const message = `${nameOf(winner.resource)} speaks for ${rules.hosts[position] ?? ''} already and is ${age(loser, winner.resource)}; this one is not used`;
      return [{ resource: loser, path: `spec.hosts[${position}]`, message }];
    }),
};

function age(loser: { readonly creationTimestamp: string }, winner: { readonly creationTimestamp: string }): string {
  return loser.creationTimestamp === winner.creationTimestamp ? 'first by name' : 'older';
}
