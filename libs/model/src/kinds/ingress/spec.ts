/** Kubernetes networking.k8s.io/v1 Ingress. */

export interface IngressSpec {
  readonly ingressClassName?: string;
  readonly defaultBackend?: IngressBackend;
  readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
  readonly rules?: readonly IngressRule[];
}

export interface IngressRule {
  /** Absent: all hosts; "*.example.com" takes any number of labels, as in Istio. */
  readonly host?: string;
  readonly http?: { readonly paths: readonly IngressPath[] };
}

export interface IngressPath {
  /** "/" where absent. */
  readonly path?: string;
  /** Prefix goes by whole segments; ImplementationSpecific is Exact, or a prefix where it ends in "/*" or ".*", as in Istio. */
  readonly pathType: 'Exact' | 'Prefix' | 'ImplementationSpecific';
  readonly backend: IngressBackend;
}

export interface IngressBackend {
  readonly service: { readonly name: string; readonly port: { readonly name?: string; readonly number?: number } };
}
