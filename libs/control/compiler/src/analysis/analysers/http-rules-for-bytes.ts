/** WEFT0128: policies that ask bytes for what only HTTP has. */

import { type AuthorizationRule, picksLabels } from '@weft/model';
import type { AnalysedMesh } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

export const httpRulesForBytes: Analyser = {
  code: 'WEFT0128',
  name: 'http-rules-for-bytes',
  severity: 'warning',
  istio: [],
  summary:
    'An AuthorizationPolicy asks for methods, paths, hosts, headers or tokens, and a port of its workload carries no HTTP.',
  effect:
    'On such a port an ALLOW rule with these fields allows nobody, and a DENY rule denies more than it says: the fields are left out.',
  remedy: 'Limit the rule by `to.operation.ports`, or name the port by its protocol.',
  find: (mesh) =>
    mesh.model.byKind('AuthorizationPolicy').flatMap((resource): readonly Doubt[] => {
      const rules = resource.spec.rules ?? [];
      const index = rules.findIndex((rule) => asksHttp(rule) && !namesPorts(rule));
      if (index < 0) return [];
      const bytes = portOfBytes(mesh, resource.namespace, resource.spec.selector?.matchLabels ?? {});
      return bytes === undefined
        ? []
        : [{ resource, path: `spec.rules[${index}]`, message: `${bytes} carries no HTTP` }];
    }),
};

function asksHttp({ from = [], to = [], when = [] }: AuthorizationRule): boolean {
  const any = (...lists: readonly (readonly string[] | undefined)[]): boolean =>
    lists.some((list) => (list ?? []).length > 0);
  return (
    from.some(({ source }) => any(source?.requestPrincipals, source?.notRequestPrincipals)) ||
    to.some(({ operation: o }) => any(o?.hosts, o?.notHosts, o?.methods, o?.notMethods, o?.paths, o?.notPaths)) ||
    when.some(({ key }) => key.startsWith('request.'))
  );
}

function namesPorts({ to = [] }: AuthorizationRule): boolean {
  return to.length > 0 && to.every(({ operation }) => (operation?.ports ?? []).length > 0);
}

function portOfBytes(
  mesh: AnalysedMesh,
  namespace: string,
  selector: Readonly<Record<string, string>>,
): string | undefined {
  for (const service of mesh.services.values()) {
    if (!service.meshInternal || (namespace !== mesh.mesh.rootNamespace && service.namespace !== namespace)) continue;
    const mine = mesh
      .workloadsOf(service)
      .some(({ labels }) => Object.keys(selector).length === 0 || picksLabels(selector, labels));
    const port = service.ports.find(({ protocol, sniffed }) => !sniffed && ['tcp', 'tls', 'https'].includes(protocol));
    if (mine && port !== undefined) return `port ${port.number} of ${service.host}`;
  }
  return undefined;
}
