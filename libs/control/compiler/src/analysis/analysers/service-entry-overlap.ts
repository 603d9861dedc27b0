/** WEFT0122: ServiceEntries that define what another resource defines already. */

import { compareByAge, type Resource } from '@weft/model';
import { type AnalysedMesh, nameOf } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

export const serviceEntryOverlap: Analyser = {
  code: 'WEFT0122',
  name: 'service-entry-overlap',
  severity: 'warning',
  istio: [],
  summary:
    'A ServiceEntry has a host that another resource defines, or an address and port that another ServiceEntry has.',
  effect:
    'Of a host the Service, else the oldest ServiceEntry counts. Of a shared address TCP traffic goes to one of them.',
  remedy: 'Define each host once; give hosts of TCP services addresses of their own.',
  find: (mesh) => [...hosts(mesh), ...addresses(mesh)],
};

function hosts({ model, services }: AnalysedMesh): readonly Doubt[] {
  return model.byKind('ServiceEntry').flatMap((resource) =>
    resource.spec.hosts.flatMap((host, index) => {
      const used = services.get(host.toLowerCase());
      if (used === undefined || used.from.resource === nameOf(resource)) return [];
      return [
        {
          resource,
          path: `spec.hosts[${index}]`,
          message: `${used.from.resource} defines ${host} already, which is used`,
        },
      ];
    }),
  );
}

const layer4: readonly string[] = ['TCP', 'TLS', 'HTTPS', 'MONGO', 'MYSQL', 'REDIS', ''];

function addresses({ model }: AnalysedMesh): readonly Doubt[] {
  const seen = new Map<string, Resource<'ServiceEntry'>>();
  return [...model.byKind('ServiceEntry')].sort(compareByAge).flatMap((resource) =>
    (resource.spec.addresses ?? []).flatMap((address, index) => {
      const ports = resource.spec.ports.filter(({ protocol }) => layer4.includes(protocol));
      const keys = ports.map(({ number }) => `${address}:${number}`);
      const first = keys.map((key) => seen.get(key)).find((other) => other !== undefined);
      for (const key of keys) if (!seen.has(key)) seen.set(key, resource);
      if (first === undefined || first === resource) return [];
      return [
        {
          resource,
          path: `spec.addresses[${index}]`,
          message: `${nameOf(first)} has the address ${address} with a port of this one`,
        },
      ];
    }),
  );
}
