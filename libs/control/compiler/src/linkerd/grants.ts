/** Grants: who may pass by one ServerAuthorization, AuthorizationPolicy or default policy of Linkerd. */

import type { Provenance } from '@weft/kernel';
import type { AccessPolicy, Network, PolicyReference, Resource } from '@weft/model';
import type { TrustDomains } from '../policies/rbac/peers.ts';
import type { PermissionInit, PrincipalInit } from '../policies/rbac/predicate.ts';
import { notice, provenanceOf } from '../provenance.ts';
import { anyPeer, anyTls, ofIdentity, ofNamespace, ofServiceAccount } from './identities.ts';
import { allOfThem, anyOfThem, anyone, clusterNetworks, fromNetworks, loopback } from './principals.ts';

export interface Grant {
  /** In RBAC rules, access logs and answers. */
  readonly name: string;
  readonly from: Provenance;
  /** Nothing: nobody; the grant only says what denies the others. */
  readonly who: PrincipalInit | undefined;
  /** Of requests alone; absent: everything. */
  readonly what?: PermissionInit;
}

export interface GrantScope {
  readonly domains: TrustDomains;
  /** Peers reach the proxy on loopback, as all do where many workloads share a machine. */
  readonly onLoopback: boolean;
}

export type LinkerdPolicy = Resource<'AuthorizationPolicy.policy.linkerd.io'>;

/** The authentications that policies refer to, wherever they are. */
export interface Authentications {
  meshTls(namespace: string, name: string): Resource<'MeshTLSAuthentication'> | undefined;
  network(namespace: string, name: string): Resource<'NetworkAuthentication'> | undefined;
}

export function ofServerAuthorization(policy: Resource<'ServerAuthorization'>, { domains }: GrantScope): Grant {
  const { networks, unauthenticated = false, meshTLS } = policy.spec.client;
  const { unauthenticatedTLS = false, identities = [], serviceAccounts = [] } = meshTLS ?? {};
  const named = [
    ...identities.flatMap((identity) => ofIdentity(identity, domains)),
    ...serviceAccounts.flatMap(({ name, namespace = policy.namespace }) => ofServiceAccount(namespace, name, domains)),
  ];
  const by = unauthenticated ? undefined : unauthenticatedTLS ? [anyTls] : named;
  return {
    name: `linkerd-authorization[${policy.namespace}/${policy.name}]`,
    from: provenanceOf(policy, 'client'),
    who: together(by, networks === undefined || networks.length === 0 ? undefined : networks),
  };
}

/** @returns a sentence where the policy grants nothing because it refers to what is not there. */
export function ofAuthorizationPolicy(
  policy: LinkerdPolicy,
  { domains }: GrantScope,
  authentications: Authentications,
): Grant | string {
  let identities: readonly PrincipalInit[] | undefined;
  let networks: readonly Network[] | undefined;
  for (const [index, reference] of policy.spec.requiredAuthenticationRefs.entries()) {
    const { kind, name, namespace = policy.namespace } = reference;
    const missing = (): string =>
      notice(
        provenanceOf(policy, `requiredAuthenticationRefs[${index}]`),
        `there is no ${kind} ${namespace}/${name}; the policy grants nothing`,
      );
    if (kind === 'MeshTLSAuthentication') {
      const found = authentications.meshTls(namespace, name);
      if (found === undefined) return missing();
      identities = ofMeshTls(found, domains);
    } else if (kind === 'NetworkAuthentication') {
      const found = authentications.network(namespace, name);
      if (found === undefined) return missing();
      networks = found.spec.networks;
    } else {
      identities = ofServiceAccount(namespace, name, domains);
    }
  }
  return {
    name: `linkerd-authorizationpolicy[${policy.namespace}/${policy.name}]`,
    from: provenanceOf(policy, ''),
    who: together(identities, networks),
  };
}

/** A Server's accessPolicy, or the default policy of a workload. */
export function ofAccessPolicy(policy: AccessPolicy, name: string, from: Provenance, scope: GrantScope): Grant {
  const inCluster = scope.onLoopback ? [...clusterNetworks, ...loopback] : clusterNetworks;
  const who: Readonly<Record<AccessPolicy, PrincipalInit | undefined>> = {
    'all-unauthenticated': anyone,
    'all-authenticated': anyPeer,
    'cluster-unauthenticated': together(undefined, inCluster),
    'cluster-authenticated': together([anyPeer], inCluster),
    deny: undefined,
    // What nobody is granted passes all the same, and is noted.
    audit: undefined,
  };
  return { name, from, who: who[policy] };
}

function ofMeshTls({ spec, namespace: own }: Resource<'MeshTLSAuthentication'>, domains: TrustDomains) {
  const referred = (spec.identityRefs ?? []).flatMap(({ kind, name, namespace = own }: PolicyReference) =>
    kind === 'Namespace' ? [ofNamespace(name, domains)] : ofServiceAccount(namespace, name, domains),
  );
  return [...(spec.identities ?? []).flatMap((identity) => ofIdentity(identity, domains)), ...referred];
}

/** One of the identities, from one of the networks; what is absent is not asked. An empty list is nobody. */
function together(
  identities: readonly PrincipalInit[] | undefined,
  networks: readonly Network[] | undefined,
): PrincipalInit | undefined {
  const asked = [identities, networks === undefined ? undefined : fromNetworks(networks)].filter(
    (list) => list !== undefined,
  );
  if (asked.some((list) => list.length === 0)) return undefined;
  return asked.length === 0 ? anyone : allOfThem(asked.map(anyOfThem));
}
