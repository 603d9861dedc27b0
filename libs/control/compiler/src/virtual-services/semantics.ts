/** VirtualServices that were translated from another API keep its rules where Istio's differ. */

/** Annotation that a translation sets; Istio's own name for it. */
export const semanticsAnnotation = 'internal.istio.io/route-semantics';

/** 'gateway': Kubernetes' Gateway API. 'ingress': Kubernetes' Ingress. 'istio': a VirtualService as written. */
export type RouteSemantics = 'istio' | 'gateway' | 'ingress';

export function routeSemantics({
  annotations,
}: {
  readonly annotations: Readonly<Record<string, string>>;
}): RouteSemantics {
  const written = annotations[semanticsAnnotation];
  return written === 'gateway' || written === 'ingress' ? written : 'istio';
}
