/** security.istio.io AuthorizationPolicy: who may call what. */

import type { PolicyTarget } from '../policy-target.ts';

export type AuthorizationAction = 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM';

export interface AuthorizationPolicySpec extends PolicyTarget {
  /** Alternatives. Absent or empty: the policy never matches. */
  readonly rules?: readonly AuthorizationRule[];
  /** ALLOW where absent. */
  readonly action?: AuthorizationAction;
  /** For CUSTOM: the name of one of the mesh configuration's extension providers. */
  readonly provider?: { readonly name: string };
}

/** One of `from`, one of `to` and every condition of `when`; what is absent takes everything. */
export interface AuthorizationRule {
  readonly from?: readonly { readonly source?: AuthorizationSource }[];
  readonly to?: readonly { readonly operation?: AuthorizationOperation }[];
  readonly when?: readonly AuthorizationCondition[];
}

/** All fields together; the values of a field are alternatives. Strings: exact, "x*", "*x", or "*" for any that is not empty. */
export interface AuthorizationSource {
  /** "cluster.local/ns/shop/sa/order", without the scheme. */
  readonly principals?: readonly string[];
  readonly notPrincipals?: readonly string[];
  /** "issuer/subject" of the caller's JWT. */
  readonly requestPrincipals?: readonly string[];
  readonly notRequestPrincipals?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly notNamespaces?: readonly string[];
  /** "account", of the policy's namespace, or "namespace/account". */
  readonly serviceAccounts?: readonly string[];
  readonly notServiceAccounts?: readonly string[];
  /** Addresses or CIDR blocks of the peer of the connection. */
  readonly ipBlocks?: readonly string[];
  readonly notIpBlocks?: readonly string[];
  /** Addresses or CIDR blocks of the client, as the trusted proxies tell it. */
  readonly remoteIpBlocks?: readonly string[];
  readonly notRemoteIpBlocks?: readonly string[];
  /** Trust domains of the peer's certificate. */
  readonly trustDomains?: readonly string[];
  readonly notTrustDomains?: readonly string[];
}

/** All fields together; the values of a field are alternatives. All but ports are of HTTP alone. */
export interface AuthorizationOperation {
  readonly hosts?: readonly string[];
  readonly notHosts?: readonly string[];
  /** In decimal; ports of the workload. */
  readonly ports?: readonly string[];
  readonly notPorts?: readonly string[];
  readonly methods?: readonly string[];
  readonly notMethods?: readonly string[];
  /** Without query, or a template: "{*}" is one segment, "{**}" any number of them. */
  readonly paths?: readonly string[];
  readonly notPaths?: readonly string[];
}

/** At least one of `values` and `notValues` is there. */
export interface AuthorizationCondition {
  /** "request.headers[x-user]", "source.ip", "request.auth.claims[realm][role]" … */
  readonly key: string;
  readonly values?: readonly string[];
  readonly notValues?: readonly string[];
}
