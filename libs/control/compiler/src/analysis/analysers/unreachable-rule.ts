/** WEFT0104: a rule or match that no request can reach. */

import { type Resource, warnOfUnusedRules } from '@weft/model';
import { gatewayKey } from '../../model-index.ts';
import type { AnalysedMesh } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

export const unreachableRule: Analyser = {
  code: 'WEFT0104',
  name: 'unreachable-rule',
  severity: 'warning',
  istio: ['IST0130', 'IST0131'],
  summary: 'A rule of a VirtualService, or one of its matches, can never be taken.',
  effect: 'The rule is not used: one before it takes all that it would, or its conditions cannot hold.',
  remedy: 'Move the narrower rule before the wider one, correct the condition, or delete the rule.',
  find: (mesh) =>
    mesh.model.byKind('VirtualService').flatMap((resource) => [...unused(resource), ...neverMeant(mesh, resource)]),
};

function unused(resource: Resource<'VirtualService'>): readonly Doubt[] {
  const found: Doubt[] = [];
  warnOfUnusedRules(resource.spec, (path, message) => {
    found.push({ resource, path, message });
  });
  return found;
}

/** Matches that ask for a gateway which the VirtualService is not bound to, or for a port that none of its hosts has. */
function neverMeant(mesh: AnalysedMesh, resource: Resource<'VirtualService'>): readonly Doubt[] {
  const { spec, namespace } = resource;
  if (spec.hosts.length === 0) return [];
  const bound = new Set(spec.gateways.map((name) => gatewayKey(name, namespace)));
  const services = spec.hosts.map((host) => mesh.service(mesh.expand(host, namespace)));
  const meshOnly = bound.size === 1 && bound.has('mesh');
  return spec.http.flatMap((rule, index) =>
    (rule.match ?? []).flatMap((match, position): Doubt[] => {
      const path = `spec.http[${index}].match[${position}]`;
      const others = (match.gateways ?? []).filter((name) => !bound.has(gatewayKey(name, namespace)));
      if (match.gateways?.length && others.length === match.gateways.length) {
        const message = `the VirtualService is not bound to ${others.join(', ')}: add it to spec.gateways`;
        return [{ resource, path: `${path}.gateways`, message }];
      }
      const { port = 0 } = match;
      const known = services.every((service) => service !== undefined);
      const has = services.some((service) => service?.ports.some(({ number }) => number === port));
      if (port === 0 || !meshOnly || !known || has) return [];
      return [{ resource, path: `${path}.port`, message: `no host of the VirtualService has the port ${port}` }];
    }),
  );
}
