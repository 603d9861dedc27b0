/** WEFT0111: two Gateways on one workload, port and host. */

import { hostsOverlap, picksLabels, type Resource } from '@weft/model';
import { type AnalysedMesh, nameOf } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

export const conflictingGateways: Analyser = {
  code: 'WEFT0111',
  name: 'conflicting-gateways',
  severity: 'warning',
  istio: ['IST0145'],
  summary: 'Two Gateways select the same workload with servers of the same port and hosts.',
  effect:
    'For HTTP their VirtualServices are served together, the oldest rules first; for TLS the older server alone takes the host.',
  remedy: 'Keep one Gateway for a port and its hosts, and bind every VirtualService to it.',
  find: (mesh) => {
    const gateways = mesh.model.byKind('Gateway');
    return gateways.flatMap((resource, position) => {
      const earlier = gateways.slice(0, position).filter((other) => shareWorkload(mesh, other, resource));
      return earlier.flatMap((other) => clashes(other, resource));
    });
  },
};

function shareWorkload({ workloads }: AnalysedMesh, left: Resource<'Gateway'>, right: Resource<'Gateway'>): boolean {
  const [one, two] = [left.spec.selector, right.spec.selector];
  return (
    picksLabels(one, two) ||
    picksLabels(two, one) ||
    workloads.some(({ labels }) => picksLabels(one, labels) && picksLabels(two, labels))
  );
}

function clashes(other: Resource<'Gateway'>, resource: Resource<'Gateway'>): readonly Doubt[] {
  return resource.spec.servers.flatMap((server, index) => {
    const theirs = other.spec.servers.filter(
      ({ port, bind }) => port.number === server.port.number && (bind ?? '') === (server.bind ?? ''),
    );
    const shared = server.hosts.filter((host) =>
      theirs.some(({ hosts }) =>
        hosts.some((their) => namespacesMeet(host, their) && hostsOverlap(bare(host), bare(their))),
      ),
    );
    if (shared.length === 0) return [];
    const message = `${nameOf(other)} serves ${shared.map(bare).join(', ')} on port ${server.port.number} of the same workload`;
    return [{ resource, path: `spec.servers[${index}]`, message }];
  });
}

function bare(host: string): string {
  return host.slice(host.indexOf('/') + 1);
}

function namespacesMeet(left: string, right: string): boolean {
  const namespace = (host: string): string => (host.includes('/') ? host.slice(0, host.indexOf('/')) : '*');
  const [one, two] = [namespace(left), namespace(right)];
  return one === '*' || two === '*' || one === two;
}
