/** WEFT0103: a destination's port that the service has not, or that must be said. */

import type { Analyser } from '../analyser.ts';
import { placedDestinations } from './destinations.ts';

export const destinationPort: Analyser = {
  code: 'WEFT0103',
  name: 'destination-port',
  severity: 'warning',
  istio: ['IST0101', 'IST0112'],
  summary: 'A route names a port that its service has not, or names none of several.',
  effect:
    'A port that is not there: 503. No port where there are several: the port that the caller asked for is used, which the service may not have.',
  remedy: 'Write `port.number` of the destination.',
  find: (mesh) =>
    placedDestinations(mesh).flatMap(({ resource, path, destination, host }) => {
      const service = mesh.service(host);
      if (service === undefined) return [];
      const ports = service.ports.map(({ number }) => number);
      const wanted = destination.port?.number;
      if (wanted !== undefined && wanted !== 0) {
        if (ports.includes(wanted)) return [];
        const message = `${host} has no port ${wanted}; it has ${ports.join(', ') || 'none'}`;
        return [{ resource, path: `${path}.port`, message, severity: 'error' as const }];
      }
      if (ports.length < 2 || speaksForItself(resource.spec.hosts, resource.namespace, host, mesh.expand)) return [];
      const message = `${host} has the ports ${ports.join(', ')}; say which: port.number`;
      return [{ resource, path, message }];
    }),
};

/** A rule for the very host that it routes to keeps the port of the request, which is one of the service's. */
function speaksForItself(
  hosts: readonly string[],
  namespace: string,
  host: string,
  expand: (host: string, namespace: string) => string,
): boolean {
  return hosts.length > 0 && hosts.every((own) => expand(own, namespace) === host);
}
