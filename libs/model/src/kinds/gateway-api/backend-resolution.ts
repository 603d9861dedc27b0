/** Whether the backends that a route names are there and may be named. */

import { resolveHost } from '../../hosts.ts';
import type { Model } from '../../model.ts';
import type { Resource } from '../../resource.ts';
import type { RouteKind } from './attachment.ts';
import { isGranted } from './grants.ts';
import type { BackendObjectReference } from './references.ts';
import type { RouteFilter } from './route-filters.ts';
import { gatewayGroup } from './route-rules.ts';

export interface BackendProblem {
  readonly reason: 'InvalidKind' | 'RefNotPermitted' | 'BackendNotFound';
  readonly message: string;
}

interface RuleWithBackends {
  readonly filters?: readonly RouteFilter[];
  readonly backendRefs?: readonly (BackendObjectReference & { readonly filters?: readonly RouteFilter[] })[];
}

/** Each backend of a route, mirrors included, that leads nowhere, with its place ("spec.rules[0].backendRefs[1]"). */
export function backendProblems(
  model: Model,
  route: Resource<RouteKind>,
): readonly (BackendProblem & { readonly path: string })[] {
  const rules: readonly RuleWithBackends[] = route.spec.rules;
  return rules.flatMap(({ filters = [], backendRefs = [] }, index) => {
    const rule = `spec.rules[${index}]`;
    const mirrors = [
      ...mirrorsOf(filters, `${rule}.filters`),
      ...backendRefs.flatMap((backend, at) => mirrorsOf(backend.filters ?? [], `${rule}.backendRefs[${at}].filters`)),
    ];
    const backends = backendRefs.map((backend, at) => ({ backend, path: `${rule}.backendRefs[${at}]` }));
    return [...backends, ...mirrors].flatMap(({ backend, path }) => {
      const problem = backendProblem(model, route, backend);
      return problem === undefined ? [] : [{ ...problem, path }];
    });
  });
}

function mirrorsOf(
  filters: readonly RouteFilter[],
  path: string,
): readonly { readonly backend: BackendObjectReference; readonly path: string }[] {
  return filters.flatMap((filter, index) =>
    filter.type === 'RequestMirror'
      ? [{ backend: filter.requestMirror.backendRef, path: `${path}[${index}].requestMirror.backendRef` }]
      : [],
  );
}

/** Undefined for a backend that can be used. */
export function backendProblem(
  model: Model,
  route: Pick<Resource<RouteKind>, 'kind' | 'namespace'>,
  backend: BackendObjectReference,
): BackendProblem | undefined {
  const { group = '', kind = 'Service', namespace = route.namespace, name, port } = backend;
  const core = group === '' || group === 'core';
  if (group === 'networking.istio.io' && kind === 'Hostname') return hostProblem(model, name);
  if (!core || kind !== 'Service') return { reason: 'InvalidKind', message: `a ${kind} is no backend in this mesh` };
  const from = { group: gatewayGroup, kind: route.kind, namespace: route.namespace };
  if (!isGranted(model, from, { group: '', kind: 'Service', namespace, name })) {
    const message = `no ReferenceGrant of ${namespace} lets a ${route.kind} of ${route.namespace} name Service ${name}`;
    return { reason: 'RefNotPermitted', message };
  }
  const service = model.get('Service', namespace, name);
  if (service === undefined) return { reason: 'BackendNotFound', message: `there is no Service ${namespace}/${name}` };
  if (port === undefined || service.spec.ports.some((one) => one.port === port)) return undefined;
  return { reason: 'BackendNotFound', message: `Service ${namespace}/${name} has no port ${port}` };
}

/** Names of Services in full are taken with any domain: the model does not know the mesh's own. */
function hostProblem(model: Model, host: string): BackendProblem | undefined {
  const byEntry = model.byKind('ServiceEntry').some(({ spec }) => spec.hosts.includes(host));
  const byService = model
    .byKind('Service')
    .some(
      ({ name, namespace }) => host.startsWith(resolveHost(name, namespace, '')) || host === `${name}.${namespace}`,
    );
  return byEntry || byService ? undefined : { reason: 'BackendNotFound', message: `no service has the host ${host}` };
}
