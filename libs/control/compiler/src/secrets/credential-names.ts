/** How a server names what it shows and whom it trusts. */

/** Before "ns/name" of a ConfigMap whose `ca.crt` judges clients, as Istio names it; without it: a Secret. */
export const configMapPrefix = 'configmap://';

/** Before the name of a Secret: under such names proxies ask for them, and users may write them so. */
export const credentialPrefix = 'kubernetes://';

/** "name" and "ns/name", of a Secret or after `configMapPrefix`. @param namespace of a bare name. */
export function namedObject(name: string, namespace: string): { readonly namespace: string; readonly name: string } {
  const prefix = [configMapPrefix, credentialPrefix].find((each) => name.startsWith(each)) ?? '';
  const bare = name.slice(prefix.length);
  const slash = bare.indexOf('/');
  return slash < 0 ? { namespace, name: bare } : { namespace: bare.slice(0, slash), name: bare.slice(slash + 1) };
}
