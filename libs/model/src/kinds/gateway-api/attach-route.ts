/** Which listeners of a Gateway a route is attached to, with all other routes that there are. */

import type { Model } from '../../model.ts';
import type { Resource } from '../../resource.ts';
import {
  type Attachment,
  type AttachmentProblem,
  attachments,
  type GatewayResource,
  type RouteKind,
} from './attachment.ts';
import type { ParentReference } from './references.ts';
import { lostTo } from './route-conflicts.ts';

/**
 * In the order of the listeners; or the one reason why there is none, which is the last hurdle that some listener got to. Conflicted: every
 * listener has an older route of the other of the kinds HTTPRoute and GRPCRoute for a host name of this one.
 */
export function attachRoute(
  model: Model,
  gateway: GatewayResource,
  route: Resource<RouteKind>,
  parent: ParentReference,
): readonly Attachment[] | AttachmentProblem {
  const attached = attachments(model, gateway, route, parent);
  if (typeof attached === 'string') return attached;
  const kept = attached.filter(({ listener }) => lostTo(model, gateway, route, listener.name) === undefined);
  return kept.length === 0 ? 'Conflicted' : kept;
}
