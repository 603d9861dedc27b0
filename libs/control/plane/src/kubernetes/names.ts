/** Names of what the control plane keeps in a cluster; the manifests of infra/kubernetes say the same. */

export const clusterNames = {
  /** Secret of a CA that a person plugs in, as Istio calls it. */
  givenAuthority: 'cacerts',
  /** Secret of the CA that the first replica made. */
  authority: 'weft-ca',
  /** Lease of the replica that writes. */
  lease: 'weft-control-plane',
  /** ConfigMap of every namespace with the roots, as Istio's own proxies look for it. */
  roots: 'istio-ca-root-cert',
  rootsKey: 'root-cert.pem',
  webhook: 'weft-validation',
  /** As managedFields name us. */
  manager: 'weft-control-plane',
} as const;
