/** `from.source` of a rule as predicates of the caller. */

import type { AuthorizationSource } from '@weft/model';
import { cidr } from './addresses.ts';
import { requestPrincipal } from './claims.ts';
import {
  peerHasAccount,
  peerInNamespace,
  peerInTrustDomain,
  peerIs,
  peerPrincipals,
  type TrustDomains,
} from './peers.ts';
import { type Predicate, type PrincipalInit, predicate } from './predicate.ts';

export interface SourceScope {
  /** Of the policy. */
  readonly namespace: string;
  readonly trustDomains: TrustDomains;
}

export function sourcePredicates(source: AuthorizationSource, scope: SourceScope): Predicate<PrincipalInit>[] {
  const expand = (values: readonly string[] | undefined) =>
    values === undefined ? undefined : peerPrincipals(values, scope.trustDomains);
  const account = (value: string): PrincipalInit => peerHasAccount(value, scope.namespace);
  return [
    predicate(expand(source.principals), expand(source.notPrincipals), peerIs),
    predicate(source.requestPrincipals, source.notRequestPrincipals, requestPrincipal, true),
    predicate(source.namespaces, source.notNamespaces, peerInNamespace),
    predicate(source.serviceAccounts, source.notServiceAccounts, account),
    predicate(source.ipBlocks, source.notIpBlocks, fromPeer),
    predicate(source.remoteIpBlocks, source.notRemoteIpBlocks, fromClient),
    predicate(source.trustDomains, source.notTrustDomains, peerInTrustDomain),
  ].filter((one) => one !== undefined);
}

/** The other end of the connection. */
export function fromPeer(block: string): PrincipalInit {
  return { identifier: { case: 'directRemoteIp', value: cidr(block) } };
}

/** The client as trusted proxies tell it. */
export function fromClient(block: string): PrincipalInit {
  return { identifier: { case: 'remoteIp', value: cidr(block) } };
}
