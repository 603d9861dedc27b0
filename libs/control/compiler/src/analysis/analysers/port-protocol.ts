/** WEFT0112: a port whose protocol nobody says. */

import type { ServicePortView } from '@weft/control-registry';
import type { Analyser } from '../analyser.ts';

export const portProtocol: Analyser = {
  code: 'WEFT0112',
  name: 'port-protocol',
  severity: 'info',
  istio: ['IST0118'],
  summary: 'Neither the name of a port nor its appProtocol says which protocol it carries.',
  effect:
    'Captured traffic is looked at, which costs a little and fails where the server speaks first; everywhere else it is TCP: no routes, no retries, no metrics of requests.',
  remedy: 'Begin the name with its protocol (`http`, `http2`, `grpc`, `tcp`, `tls`, `https`), or write `appProtocol`.',
  find: (mesh) =>
    [...mesh.services.values()].flatMap((service) => {
      const resource = mesh.definitionOf(service);
      const sniffed = service.ports.filter((port) => port.sniffed);
      if (resource === undefined || sniffed.length === 0) return [];
      return sniffed.map((port) => ({
        resource,
        path: pathOf(port),
        message: `port ${port.number}${port.name === '' ? '' : ` (${port.name})`} does not say its protocol`,
      }));
    }),
};

function pathOf({ from }: ServicePortView): string {
  return from.rule === '' ? 'spec' : `spec.${from.rule}`;
}
