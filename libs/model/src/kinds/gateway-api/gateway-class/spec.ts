/** gateway.networking.k8s.io GatewayClass; belongs to no namespace. */

import type { ObjectReference } from '../references.ts';

export interface GatewayClassSpec {
  /** "istio.io/gateway-controller": classes of other controllers are not ours. */
  readonly controllerName: string;
  readonly description?: string;
  readonly parametersRef?: ObjectReference;
}
