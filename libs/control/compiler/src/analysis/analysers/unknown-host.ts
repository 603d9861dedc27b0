/** WEFT0101: a destination that no service has. */

import { backendProblem } from '@weft/model';
import type { AnalysedMesh } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';
import { placedDestinations } from './destinations.ts';

export const unknownHost: Analyser = {
  code: 'WEFT0101',
  name: 'unknown-host',
  severity: 'error',
  istio: ['IST0101'],
  summary: 'A route leads to a host that no Service and no ServiceEntry defines.',
  effect: 'Requests that take the route are answered with 503 (of the Gateway API: 500).',
  remedy:
    'Correct the name, or define the host. A short name means a service of the namespace of the rule: name others as `service.namespace`.',
  find: (mesh) => [...ofVirtualServices(mesh), ...ofRoutes(mesh)],
};

function ofVirtualServices(mesh: AnalysedMesh): readonly Doubt[] {
  return placedDestinations(mesh).flatMap(({ resource, path, destination, host }) => {
    if (mesh.service(host) !== undefined) return [];
    const elsewhere = [...mesh.services.values()].find(({ name }) => name === destination.host);
    const hint = elsewhere === undefined ? '' : `; there is ${elsewhere.name}.${elsewhere.namespace}`;
    return [{ resource, path: `${path}.host`, message: `no service has the host ${host}${hint}` }];
  });
}

function ofRoutes({ model }: AnalysedMesh): readonly Doubt[] {
  const routes = [
    ...model.byKind('HTTPRoute'),
    ...model.byKind('GRPCRoute'),
    ...model.byKind('HTTPRoute.policy.linkerd.io'),
  ];
  return routes.flatMap((resource) =>
    resource.spec.rules.flatMap((rule, index) =>
      (rule.backendRefs ?? []).flatMap((backend, position) => {
        const kind = resource.kind === 'GRPCRoute' ? 'GRPCRoute' : 'HTTPRoute';
        const problem = backendProblem(model, { kind, namespace: resource.namespace }, backend);
        if (problem === undefined) return [];
        return [{ resource, path: `spec.rules[${index}].backendRefs[${position}]`, message: problem.message }];
      }),
    ),
  );
}
