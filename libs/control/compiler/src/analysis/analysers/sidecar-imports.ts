/** WEFT0129: an egress host of a Sidecar that imports nothing. */

import { hostCovers } from '../../model-index.ts';
import type { Analyser } from '../analyser.ts';

export const sidecarImports: Analyser = {
  code: 'WEFT0129',
  name: 'sidecar-imports',
  severity: 'warning',
  istio: [],
  summary: 'An egress host of a Sidecar fits no service.',
  effect: 'The workloads cannot reach what was meant: its host is unknown to them.',
  remedy: 'Write `namespace/host` with the full name of the host, `./*` for all of the own namespace, `*/*` for all.',
  find: (mesh) =>
    mesh.model.byKind('Sidecar').flatMap((resource) =>
      (resource.spec.egress ?? []).flatMap(({ hosts }, index) =>
        hosts.flatMap((written, position) => {
          const slash = written.indexOf('/');
          const namespace = slash < 0 ? '*' : written.slice(0, slash);
          const host = mesh.expand(written.slice(slash + 1), resource.namespace);
          if (namespace === '~' || host === '*') return [];
          const owner = namespace === '.' ? resource.namespace : namespace;
          const known = [...mesh.services.values()].some(
            (service) =>
              (owner === '*' || service.namespace === owner) &&
              (hostCovers(host, service.host) || hostCovers(service.host, host)),
          );
          if (known) return [];
          const where = owner === '*' ? '' : ` in namespace ${owner}`;
          return [
            {
              resource,
              path: `spec.egress[${index}].hosts[${position}]`,
              message: `no service${where} has the host ${host}`,
            },
          ];
        }),
      ),
    ),
};
