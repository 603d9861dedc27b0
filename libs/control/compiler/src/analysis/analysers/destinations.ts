/** Every destination that VirtualServices name, with its place: what several analysers walk. */

import type { Destination, Resource } from '@weft/model';
import type { AnalysedMesh } from '../analysed-mesh.ts';

export interface PlacedDestination {
  readonly resource: Resource<'VirtualService'>;
  /** "spec.http[0].route[1].destination". */
  readonly path: string;
  readonly destination: Destination;
  /** Full name. */
  readonly host: string;
}

export function placedDestinations(mesh: AnalysedMesh): readonly PlacedDestination[] {
  return mesh.model.byKind('VirtualService').flatMap((resource) =>
    destinationsOf(resource).map(([path, destination]) => ({
      resource,
      path,
      destination,
      host: mesh.expand(destination.host, resource.namespace),
    })),
  );
}

function destinationsOf({ spec }: Resource<'VirtualService'>): readonly (readonly [string, Destination])[] {
  const found: (readonly [string, Destination])[] = [];
  const routes = (path: string, list: readonly { readonly destination: Destination }[] | undefined): void => {
    list?.forEach(({ destination }, index) => {
      found.push([`${path}.route[${index}].destination`, destination]);
    });
  };
  spec.http.forEach((rule, index) => {
    const path = `spec.http[${index}]`;
    routes(path, rule.route);
    if (rule.mirror !== undefined) found.push([`${path}.mirror`, rule.mirror]);
    rule.mirrors?.forEach((mirror, position) => {
      found.push([`${path}.mirrors[${position}].destination`, mirror.destination]);
    });
  });
  spec.tls.forEach((rule, index) => {
    routes(`spec.tls[${index}]`, rule.route);
  });
  spec.tcp.forEach((rule, index) => {
    routes(`spec.tcp[${index}]`, rule.route);
  });
  return found;
}
