/** WEFT0127: rules about tokens that nobody verifies. */

import { type AuthorizationRule, picksLabels, type Resource } from '@weft/model';
import type { AnalysedMesh } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

export const claimsWithoutToken: Analyser = {
  code: 'WEFT0127',
  name: 'claims-without-token',
  severity: 'error',
  istio: ['IST0149'],
  summary: 'A rule asks for claims of a token, and no RequestAuthentication verifies tokens for the workload.',
  effect:
    'The claims are never there: an ALLOW rule allows nobody, a route by claim is never taken, `notRequestPrincipals` always holds.',
  remedy: 'Add a RequestAuthentication for the same workloads, with the issuer of the tokens.',
  find: (mesh) => [...ofPolicies(mesh), ...ofRoutes(mesh)],
};

function ofPolicies(mesh: AnalysedMesh): readonly Doubt[] {
  return mesh.model.byKind('AuthorizationPolicy').flatMap((resource) => {
    const paths = (resource.spec.rules ?? []).flatMap((rule, index) => askingPaths(rule, `spec.rules[${index}]`));
    const [path] = paths;
    if (path === undefined) return [];
    const selected = mesh.workloads.filter((workload) => isFor(mesh, resource, workload));
    const without = selected.find((workload) => mesh.policies.of(workload).jwtRules.length === 0);
    if (without === undefined) return [];
    return [{ resource, path, message: `no RequestAuthentication verifies tokens of calls to ${without.what}` }];
  });
}

function isFor(
  { mesh }: AnalysedMesh,
  { namespace, spec }: Resource<'AuthorizationPolicy'>,
  workload: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
): boolean {
  const reached = namespace === mesh.rootNamespace || namespace === workload.namespace;
  if (!reached || spec.targetRef !== undefined || (spec.targetRefs ?? []).length > 0) return false;
  const labels = spec.selector?.matchLabels ?? {};
  return Object.keys(labels).length === 0 || picksLabels(labels, workload.labels);
}

function askingPaths(rule: AuthorizationRule, path: string): readonly string[] {
  const found: string[] = [];
  rule.from?.forEach(({ source }, index) => {
    if ((source?.requestPrincipals ?? []).length > 0) found.push(`${path}.from[${index}].source.requestPrincipals`);
  });
  rule.when?.forEach(({ key, values }, index) => {
    if (key.startsWith('request.auth.') && (values ?? []).length > 0) found.push(`${path}.when[${index}].key`);
  });
  return found;
}

/** Claims are for gateways alone. */
function ofRoutes(mesh: AnalysedMesh): readonly Doubt[] {
  return mesh.index.virtualServices.flatMap(({ resource, gateways }) =>
    resource.spec.http.flatMap((rule, index) =>
      (rule.match ?? []).flatMap((match, position): Doubt[] => {
        const names = [...Object.keys(match.headers ?? {}), ...Object.keys(match.withoutHeaders ?? {})];
        const claim = names.find((name) => name.startsWith('@request.auth.claims'));
        if (claim === undefined) return [];
        const path = `spec.http[${index}].match[${position}]`;
        if (gateways.size === 0)
          return [{ resource, path, message: 'claims are matched at gateways only: bind the VirtualService to one' }];
        const servers = mesh.index.gateways.filter(({ namespace, name }) => gateways.has(`${namespace}/${name}`));
        const without = mesh.workloads.find(
          (workload) =>
            servers.some(({ spec }) => picksLabels(spec.selector, workload.labels)) &&
            mesh.policies.of(workload).jwtRules.length === 0,
        );
        return without === undefined
          ? []
          : [{ resource, path, message: `no RequestAuthentication verifies tokens at ${without.what}` }];
      }),
    ),
  );
}
