/** Names of hosts: expansion of short names, and the forms under which a service is found. */

/**
 * Expands a short name by the namespace of the rule that holds it: "payment" → "payment.shop.svc.cluster.local".
 * Names with a dot, wildcards and IP addresses stay as they are (Istio's ResolveShortnameToFQDN).
 */
export function resolveHost(host: string, namespace: string, domain: string): string {
  if (host === '' || host.includes('.') || host.includes('*') || host.includes(':')) return host;
  return `${host}.${namespace}.svc.${domain}`;
}

/**
 * Every dotted form that names a Kubernetes service from anywhere, the full one first: a rule may say "payment.shop" or
 * "payment.shop.svc", which `resolveHost` leaves alone. The bare name is missing: it means a service of the caller's own namespace.
 */
export function hostAliases(name: string, namespace: string, domain: string): readonly string[] {
  return [`${name}.${namespace}.svc.${domain}`, `${name}.${namespace}.svc`, `${name}.${namespace}`];
}

/** True where some host name fits both; each may be a wildcard (Istio's host.Name.Matches). */
export function hostsOverlap(a: string, b: string): boolean {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  if (!left.startsWith('*')) return right.startsWith('*') ? left.endsWith(right.slice(1)) : left === right;
  if (!right.startsWith('*')) return right.endsWith(left.slice(1));
  return left.slice(1).endsWith(right.slice(1)) || right.slice(1).endsWith(left.slice(1));
}

/** True where every name that fits `host` fits `within` (Istio's host.Name.SubsetOf). */
export function isHostWithin(host: string, within: string): boolean {
  const [inner, outer] = [host.toLowerCase(), within.toLowerCase()];
  if (!inner.startsWith('*')) return outer.startsWith('*') ? inner.endsWith(outer.slice(1)) : inner === outer;
  return outer.startsWith('*') && inner.length >= outer.length && inner.slice(1).endsWith(outer.slice(1));
}
