/** A Server at one port: who may come, by which routes, how often. */

import type { Resource } from '@weft/model';
import { selectsLabels } from '@weft/model';
import type { Context } from '../context.ts';
import { notice, provenanceOf } from '../provenance.ts';
import { type Grant, type GrantScope, ofAccessPolicy, ofAuthorizationPolicy, ofServerAuthorization } from './grants.ts';
import { originsOf, type PortGuard, type WorkloadPort } from './guard.ts';
import { isOfServer, type NamespacePolicies, type ServerRoute } from './namespace-policies.ts';
import { ownGrants, probeGrants } from './own-grants.ts';
import { limitOrigins } from './rate-limit.ts';

export function serverGuard(
  context: Context,
  policies: NamespacePolicies,
  server: Resource<'Server'>,
  scope: GrantScope,
  port: WorkloadPort,
): PortGuard {
  const { accessPolicy = 'deny', proxyProtocol } = server.spec;
  const notices: string[] = [];
  const granted = (matches: (policy: NamespacePolicies['authorizationPolicies'][number]) => boolean): Grant[] =>
    policies.authorizationPolicies.filter(matches).flatMap((policy) => {
      const grant = ofAuthorizationPolicy(policy, scope, policies.authentications);
      if (typeof grant !== 'string') return [grant];
      notices.push(grant);
      return [];
    });
  const byServer = [
    ofAccessPolicy(
      accessPolicy,
      `linkerd-server[${server.namespace}/${server.name}]`,
      provenanceOf(server, server.spec.accessPolicy === undefined ? '' : 'accessPolicy'),
      scope,
    ),
    ...ownGrants(scope),
    ...policies.serverAuthorizations
      .filter((policy) => isFor(policy, server))
      .map((policy) => ofServerAuthorization(policy, scope)),
    ...granted(
      ({ spec: { targetRef } }) =>
        targetRef.kind === 'Namespace' || (targetRef.kind === 'Server' && targetRef.name === server.name),
    ),
  ];
  const audit = accessPolicy === 'audit';
  const attached = policies.routes.filter((route) => isOfServer(route, server.name));
  const usable = attached.filter(({ kind }) => (kind === 'GRPCRoute') === (proxyProtocol === 'gRPC'));
  for (const route of attached) {
    if (!usable.includes(route)) notices.push(unusable(route, server));
  }
  const routes = usable.map((route) => ({
    route,
    judgement: { grants: [...byServer, ...granted(({ spec }) => isTarget(spec.targetRef, route))], audit },
  }));
  const grants = routes.length > 0 ? byServer : [...byServer, ...probeGrants(context, port)];
  const [rateLimit, ...more] = policies.rateLimits.filter(({ spec }) => spec.targetRef.name === server.name);
  for (const other of more) {
    notices.push(
      notice(
        provenanceOf(other, 'targetRef'),
        `${rateLimit?.name ?? ''} limits this Server already; this one is not used`,
      ),
    );
  }
  const all = [...grants, ...routes.flatMap(({ judgement }) => judgement.grants)];
  const origins = { ...originsOf(all), ...(rateLimit === undefined ? {} : limitOrigins(rateLimit)) };
  return {
    judgement: { grants, audit },
    targets: undefined,
    routes,
    rateLimit,
    protocol: proxyProtocol,
    origins,
    notices,
  };
}

function isFor({ spec }: Resource<'ServerAuthorization'>, server: Resource<'Server'>): boolean {
  if (spec.server.name !== undefined) return spec.server.name === server.name;
  return spec.server.selector !== undefined && selectsLabels(spec.server.selector, server.labels);
}

function isTarget(
  { group = '', kind, name }: NamespacePolicies['authorizationPolicies'][number]['spec']['targetRef'],
  route: ServerRoute,
): boolean {
  const own = group === 'policy.linkerd.io' ? `${kind}.${group}` : kind;
  return own === route.kind && name === route.name;
}

function unusable(route: ServerRoute, server: Resource<'Server'>): string {
  const wanted = server.spec.proxyProtocol === 'gRPC' ? 'of gRPC has GRPCRoutes' : 'that is not of gRPC has HTTPRoutes';
  return notice(
    provenanceOf(route as Resource, 'parentRefs'),
    `a Server ${wanted} alone; ${server.name} does not use it`,
  );
}
