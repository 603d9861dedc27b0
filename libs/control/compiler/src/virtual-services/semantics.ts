/** VirtualServices that were translated from another API keep its rules where Istio's differ. */

/** Annotation that a translation sets; Istio's own name for it. */
export const semanticsAnnotation = 'internal.istio.io/route-semantics';

/**
 * 'gateway': of another API. Inside the mesh it holds for callers of its own namespace and for services of it, and a cluster that is missing is
 * answered 500. 'istio': a VirtualService.
 */
export type RouteSemantics = 'istio' | 'gateway';

export function routeSemantics({
  annotations,
}: {
  readonly annotations: Readonly<Record<string, string>>;
}): RouteSemantics {
  return annotations[semanticsAnnotation] === 'gateway' ? 'gateway' : 'istio';
}
