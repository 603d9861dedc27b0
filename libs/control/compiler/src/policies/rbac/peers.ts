/** Who calls, by the certificate of the connection: principals, namespaces, service accounts, trust domains. */

import type { StringMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/string';
import type { PrincipalInit } from './predicate.ts';
import { quoteRegex, regexForm, stringForm, wildcardRegex } from './string-forms.ts';

const scheme = 'spiffe://';
/** In a policy it stands for the mesh's own trust domain, whatever its name. */
const genericTrustDomain = 'cluster.local';

/** Trust domains that count as one: the mesh's own first. */
export type TrustDomains = readonly string[];

/** "cluster.local/ns/shop/sa/order" in each of the trust domains that are the same as its own. */
export function peerPrincipals(values: readonly string[], domains: TrustDomains): readonly string[] {
  return [...new Set(values.flatMap((value) => [value, ...inAliases(value, domains)]))];
}

function inAliases(value: string, domains: TrustDomains): readonly string[] {
  const slash = value.indexOf('/');
  const own = slash < 0 ? '' : value.slice(0, slash);
  if (own !== genericTrustDomain && !domains.includes(own)) return [];
  return domains.map((domain) => domain + value.slice(slash));
}

/** @param principal without the scheme. */
export function peerIs(principal: string): PrincipalInit {
  return authenticated(stringForm(principal, { prefix: scheme }));
}

export function peerInNamespace(namespace: string): PrincipalInit {
  return authenticated(regexForm(`.*/ns/${wildcardRegex(namespace)}/.*`));
}

/** "order" of the policy's namespace, or "shop/order". */
export function peerHasAccount(account: string, policyNamespace: string): PrincipalInit {
  const [namespace, name] = account.includes('/') ? account.split('/', 2) : [policyNamespace, account];
  return authenticated(regexForm(`spiffe://[^/]+/ns/${quoteRegex(namespace ?? '')}/sa/${quoteRegex(name ?? '')}`));
}

export function peerInTrustDomain(domain: string): PrincipalInit {
  return authenticated(regexForm(`spiffe://${wildcardRegex(domain)}/.*`));
}

function authenticated(principalName: StringMatcher): PrincipalInit {
  return { identifier: { case: 'authenticated', value: { principalName } } };
}
