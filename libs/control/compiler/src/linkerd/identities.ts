/** Clients by the names that Linkerd gives them, as predicates of the certificates of this mesh, which have SPIFFE ids. */

import { peerPrincipals, type TrustDomains } from '../policies/rbac/peers.ts';
import type { PrincipalInit } from '../policies/rbac/predicate.ts';
import { quoteRegex, regexForm, stringForm } from '../policies/rbac/string-forms.ts';

const scheme = 'spiffe://';

/** Any certificate of the mesh. */
export const anyPeer: PrincipalInit = authenticated(stringForm(`${scheme}*`));

/** TLS that the proxy ends, with or without a certificate of the client. */
export const anyTls: PrincipalInit = { identifier: { case: 'authenticated', value: {} } };

export function ofServiceAccount(namespace: string, name: string, domains: TrustDomains): readonly PrincipalInit[] {
  const own = domains[0] ?? '';
  return peerPrincipals([`${own}/ns/${namespace}/sa/${name}`], domains).map((id) =>
    authenticated(stringForm(scheme + id)),
  );
}

export function ofNamespace(namespace: string, domains: TrustDomains): PrincipalInit {
  return byParts(domains, quoteRegex(namespace), '.+');
}

/**
 * "*", "*.shop.serviceaccount.identity.linkerd.cluster.local", "order.shop.serviceaccount.…", "spiffe://…" exactly; any of the principals.
 * A name of another form is compared with the DNS names of the certificate.
 */
export function ofIdentity(identity: string, domains: TrustDomains): readonly PrincipalInit[] {
  if (identity === '*') return [anyPeer];
  if (identity.startsWith(scheme)) return [authenticated(stringForm(identity))];
  return identity.startsWith('*.') ? [ofSuffix(identity.slice(2), domains)] : ofName(identity, domains);
}

/** `<account>.<namespace>.serviceaccount.identity.<Linkerd's own namespace>.<trust domain>` */
const accountName = /^(?:(?<account>.+)\.)?(?<namespace>[^.]+)\.serviceaccount\.identity\.[^.]+\.(?<domain>.+)$/;
const anyAccount = /^(?:serviceaccount\.)?identity\.[^.]+\.(?<domain>.+)$/;

function ofName(name: string, domains: TrustDomains): readonly PrincipalInit[] {
  const { account, namespace, domain } = accountName.exec(name)?.groups ?? {};
  if (account === undefined) return [authenticated(stringForm(name))];
  return peerPrincipals([`${domain}/ns/${namespace}/sa/${account}`], domains).map((id) =>
    authenticated(stringForm(scheme + id)),
  );
}

function ofSuffix(suffix: string, domains: TrustDomains): PrincipalInit {
  const { account, namespace, domain } = accountName.exec(suffix)?.groups ?? {};
  if (namespace !== undefined && domain !== undefined) {
    const end = account === undefined ? '.+' : `.+\\.${quoteRegex(account)}`;
    return byParts(aliasesOf(domain, domains), quoteRegex(namespace), end);
  }
  const whole = anyAccount.exec(suffix)?.groups?.['domain'];
  if (whole !== undefined) return byParts(aliasesOf(whole, domains), '[^/]+', '.+');
  // Of a longer suffix the rest would be a part of Linkerd's own namespace, which no certificate here says: "*.shop.cluster.local" is no account's.
  const ended = domains.filter((domain) => `.${domain}`.endsWith(`.${suffix}`));
  // A DNS name: the end of a SPIFFE id is not one.
  if (ended.length === 0) return authenticated(regexForm(`[A-Za-z0-9.-]+\\.${quoteRegex(suffix)}`));
  return byParts(ended, '[^/]+', '.+');
}

/** The trust domains that count as the one that is written: the mesh's own name stands for its aliases too. */
function aliasesOf(domain: string, domains: TrustDomains): TrustDomains {
  return peerPrincipals([`${domain}/`], domains).map((one) => one.slice(0, -1));
}

/** @param namespace, account as regular expressions. */
function byParts(domains: TrustDomains, namespace: string, account: string): PrincipalInit {
  const domain = domains.length === 1 ? quoteRegex(domains[0] ?? '') : `(?:${domains.map(quoteRegex).join('|')})`;
  return authenticated(regexForm(`${scheme}${domain}/ns/${namespace}/sa/${account}`));
}

function authenticated(principalName: ReturnType<typeof stringForm>): PrincipalInit {
  return { identifier: { case: 'authenticated', value: { principalName } } };
}
