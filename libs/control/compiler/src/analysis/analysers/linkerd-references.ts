/** WEFT0133: policies of Linkerd and of SMI that refer to what is not there, and Servers that no workload has. */

import { type Kind, type Resource, selectsLabels } from '@weft/model';
import type { AnalysedMesh } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

export const linkerdReferences: Analyser = {
  code: 'WEFT0133',
  name: 'linkerd-references',
  severity: 'warning',
  istio: [],
  summary:
    'A policy of Linkerd or a TrafficTarget refers to a Server, a route or an authentication that is not there, or a Server selects no workload.',
  effect:
    'It holds for nobody and grants nothing. Where a Server stands, whoever it was meant for is denied; where no Server stands, nobody is.',
  remedy: 'Correct kind, name or namespace: targets are of the own namespace, authentications say theirs.',
  find: (mesh) => [
    ...mesh.model.byKind('Server').flatMap((server) => ofServer(mesh, server)),
    ...mesh.model.byKind('AuthorizationPolicy.policy.linkerd.io').flatMap((policy) => ofPolicy(mesh, policy)),
    ...mesh.model.byKind('ServerAuthorization').flatMap((policy) => ofServerAuthorization(mesh, policy)),
    ...mesh.model.byKind('HTTPLocalRateLimitPolicy').flatMap((policy) => ofRateLimit(mesh, policy)),
    ...mesh.model.byKind('TrafficTarget').flatMap((target) => ofTarget(mesh, target)),
  ],
};

function ofServer({ workloads }: AnalysedMesh, resource: Resource<'Server'>): readonly Doubt[] {
  const { podSelector, externalWorkloadSelector } = resource.spec;
  const [selector, path] =
    podSelector === undefined
      ? [externalWorkloadSelector ?? {}, 'spec.externalWorkloadSelector']
      : [podSelector, 'spec.podSelector'];
  const own = workloads.filter(({ namespace }) => namespace === resource.namespace);
  if (own.some(({ labels }) => selectsLabels(selector, labels))) return [];
  return [{ resource, path, message: `no workload of namespace ${resource.namespace} is selected` }];
}

function ofPolicy(
  { model }: AnalysedMesh,
  resource: Resource<'AuthorizationPolicy.policy.linkerd.io'>,
): readonly Doubt[] {
  const { targetRef, requiredAuthenticationRefs } = resource.spec;
  const has = (kind: Kind, namespace: string, name: string): boolean => model.get(kind, namespace, name) !== undefined;
  const targets: Readonly<Record<string, Kind>> = {
    'policy.linkerd.io/Server': 'Server',
    'policy.linkerd.io/HTTPRoute': 'HTTPRoute.policy.linkerd.io',
    'gateway.networking.k8s.io/HTTPRoute': 'HTTPRoute',
    'gateway.networking.k8s.io/GRPCRoute': 'GRPCRoute',
  };
  const kind = targets[`${targetRef.group ?? ''}/${targetRef.kind}`];
  const lost = kind !== undefined && !has(kind, resource.namespace, targetRef.name);
  return [
    ...(lost ? [gone(resource, 'spec.targetRef', targetRef.kind, resource.namespace, targetRef.name)] : []),
    ...requiredAuthenticationRefs.flatMap(({ kind: what, name, namespace = resource.namespace }, index) => {
      if (what !== 'MeshTLSAuthentication' && what !== 'NetworkAuthentication') return [];
      if (has(what, namespace, name)) return [];
      return [gone(resource, `spec.requiredAuthenticationRefs[${index}]`, what, namespace, name)];
    }),
  ];
}

function ofServerAuthorization({ model }: AnalysedMesh, resource: Resource<'ServerAuthorization'>): readonly Doubt[] {
  const { name, selector } = resource.spec.server;
  const { namespace } = resource;
  if (name !== undefined) {
    return model.get('Server', namespace, name) === undefined
      ? [gone(resource, 'spec.server.name', 'Server', namespace, name)]
      : [];
  }
  const found = model
    .byKind('Server')
    .some((server) => server.namespace === namespace && selectsLabels(selector ?? {}, server.labels));
  return found
    ? []
    : [{ resource, path: 'spec.server.selector', message: `no Server of namespace ${namespace} is selected` }];
}

function ofRateLimit({ model }: AnalysedMesh, resource: Resource<'HTTPLocalRateLimitPolicy'>): readonly Doubt[] {
  const { name } = resource.spec.targetRef;
  const { namespace } = resource;
  return model.get('Server', namespace, name) === undefined
    ? [gone(resource, 'spec.targetRef', 'Server', namespace, name)]
    : [];
}

function ofTarget({ model }: AnalysedMesh, resource: Resource<'TrafficTarget'>): readonly Doubt[] {
  const { namespace } = resource;
  return (resource.spec.rules ?? []).flatMap(({ kind, name }, index) => {
    const found = model.get(kind === 'TCPRoute' ? 'TCPRoute.specs.smi-spec.io' : kind, namespace, name);
    return found === undefined ? [gone(resource, `spec.rules[${index}]`, kind, namespace, name)] : [];
  });
}

function gone(resource: Doubt['resource'], path: string, kind: string, namespace: string, name: string): Doubt {
  return { resource, path, message: `there is no ${kind} ${namespace}/${name}` };
}
