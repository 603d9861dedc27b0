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
