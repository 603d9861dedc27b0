/** The policies of the proxy that is compiled for, as filters read them. */

import type { JsonObject } from '@bufbuild/protobuf';
import { resolveHost } from '@weft/model';
import type { Context } from '../context.ts';
import { outboundClusterName } from '../names.ts';
import { provenanceOf, weftStruct } from '../provenance.ts';
import { policyName, type RbacRules, rbacRules } from './authorization.ts';
import { type ClusterOf, type CustomAuthorization, customAuthorization } from './ext-authz.ts';
import { keySourceOf } from './jwt.ts';
import type { TrustDomains } from './rbac/peers.ts';
import type { WorkloadPolicies } from './workload-policies.ts';

type Transport = 'http' | 'tcp';

export function policiesOf({ world, proxy }: Context): WorkloadPolicies {
  return world.policies.of(proxy);
}

/** Policies hold where connections are taken from others, not where a sidecar's own application calls. */
export function isGuarded(side: 'inbound' | 'outbound' | 'gateway' | undefined): boolean {
  return side === 'inbound' || side === 'gateway';
}

/** Of AUDIT, DENY and ALLOW, those that there are, in this order. */
export function rulesOf(context: Context, transport: Transport): readonly RbacRules[] {
  const { audit, deny, allow } = policiesOf(context).authorization;
  const scope = { transport, trustDomains: trustDomainsOf(context) };
  return [rbacRules('AUDIT', audit, scope), rbacRules('DENY', deny, scope), rbacRules('ALLOW', allow, scope)].filter(
    (rules) => rules !== undefined,
  );
}

export function customOf(context: Context, transport: Transport): CustomAuthorization | undefined {
  const { custom } = policiesOf(context).authorization;
  const scope = { transport, trustDomains: trustDomainsOf(context) };
  return customAuthorization(custom, scope, context.world.input.mesh, (service, port) =>
    providerCluster(context, service, port, 'authorizer'),
  );
}

/** Where each rule of the policies was written, by the name that it has in RBAC filters: those cannot say it themselves. */
export function policyOrigins(context: Context): Readonly<Record<string, JsonObject>> {
  const { custom, audit, deny, allow } = policiesOf(context).authorization;
  const origins: Record<string, JsonObject> = {};
  for (const resource of [...custom, ...audit, ...deny, ...allow]) {
    const rules = resource.spec.rules ?? [];
    if (rules.length === 0) origins[policyName(resource, 0)] = weftStruct(provenanceOf(resource, ''));
    for (const index of rules.keys()) {
      origins[policyName(resource, index)] = weftStruct(provenanceOf(resource, `rules[${index}]`));
    }
  }
  return origins;
}

/** What could not be done as written: for the notices of a listener. */
export function policyNotices(context: Context): readonly string[] {
  return customOf(context, 'http')?.notices ?? [];
}

/** All that filters read of policies: for the cache of listeners. */
export function policyInputs(context: Context): readonly unknown[] {
  const policies = policiesOf(context);
  const { keySets } = context.world.input;
  const keys = policies.jwtRules
    .filter(({ rule }) => rule.jwks === undefined)
    .map(({ rule }) => keySets.get(keySourceOf(rule)));
  return [policies, ...keys, policies.authorization.custom.length > 0 ? context.scope.view : undefined];
}

/** The mesh's own first, then those that count as it. */
export function trustDomainsOf({ world }: Pick<Context, 'world'>): TrustDomains {
  const { trustDomain, mesh } = world.input;
  return [trustDomain, ...mesh.trustDomainAliases.filter((alias) => alias !== trustDomain)];
}

/** "host", "namespace/host": as extension providers name services. @param whose for the sentence that says what is wrong. */
export function providerCluster(
  { world, scope, proxy }: Context,
  service: string,
  port: number,
  whose: string,
): ReturnType<ClusterOf> {
  const [namespace, name] = service.includes('/') ? service.split('/', 2) : [undefined, service];
  const host = world.canonical(resolveHost(name ?? '', namespace ?? proxy.namespace, world.input.domain).toLowerCase());
  const found = scope.view.services.find(
    (candidate) => candidate.host === host && (namespace === undefined || candidate.namespace === namespace),
  );
  if (found === undefined) return { problem: `the ${whose}'s service ${service} is not visible here` };
  if (!found.ports.some(({ number }) => number === port))
    return { problem: `the ${whose}'s service ${service} has no port ${port}` };
  return { cluster: outboundClusterName(port, '', host) };
}
