/** All conditions of all objects of the Gateway API, each part of an object with its place: what a user without Kubernetes reads. */

import type { Model } from '../../model.ts';
import type { AnyResource, Resource } from '../../resource.ts';
import { parentGateway, type RouteKind, routeKinds } from './attachment.ts';
import { backendProblems } from './backend-resolution.ts';
import { backendTlsPolicyStatus } from './backend-tls.ts';
import type { Condition } from './condition.ts';
import { gatewayStatus, routeStatuses } from './conditions.ts';
import type { ParentReference } from './references.ts';
import { gatewayGroup, parentKindOf } from './route-rules.ts';

export interface ReportedConditions {
  readonly resource: AnyResource;
  /** "listener http", "for Gateway shop/edge", "for Service shop/order"; '' for the object itself. */
  readonly part: string;
  /** Place of the part: "spec.listeners[0]"; '' for the object itself. */
  readonly path: string;
  readonly conditions: readonly Condition[];
  /** Of a listener. */
  readonly attachedRoutes?: number;
}

/** Of Gateways and classes that are ours. @param addressesOf where the proxies of a Gateway are reached. */
export function reportedConditions(
  model: Model,
  addressesOf: (namespace: string, name: string) => readonly string[],
): readonly ReportedConditions[] {
  const gateways = model.byKind('Gateway.gateway.networking.k8s.io').flatMap((resource): ReportedConditions[] => {
    const status = gatewayStatus(model, resource, addressesOf(resource.namespace, resource.name));
    if (status === undefined) return [];
    const listeners = status.listeners.map(({ name, conditions, attachedRoutes }, index) => ({
      resource,
      part: `listener ${name}`,
      path: `spec.listeners[${index}]`,
      conditions,
      attachedRoutes,
    }));
    return [{ resource, part: '', path: '', conditions: status.conditions }, ...listeners];
  });
  const routes = routeKinds.flatMap((kind) =>
    (model.byKind(kind) as readonly Resource<RouteKind>[]).flatMap((route) => reportedRoute(model, route)),
  );
  const policies = model.byKind('BackendTLSPolicy').flatMap((resource): ReportedConditions[] => {
    const [first] = backendTlsPolicyStatus(model, resource);
    return first === undefined ? [] : [{ resource, part: '', path: '', conditions: first.conditions }];
  });
  return [...gateways, ...routes, ...policies];
}

/** Whether it is accepted, for each parent; what its references lead to, once for each that leads nowhere. */
function reportedRoute(model: Model, route: Resource<RouteKind>): ReportedConditions[] {
  const resource = route as AnyResource;
  const statuses = routeStatuses(model, route);
  const parents = (route.spec.parentRefs ?? []).flatMap((parentRef, index): ReportedConditions[] => {
    const path = `spec.parentRefs[${index}]`;
    const part = `for ${nameOfParent(parentRef, route.namespace)}`;
    const accepted = statuses
      .find((status) => status.parentRef === parentRef)
      ?.conditions.filter(({ type }) => type === 'Accepted');
    if (accepted !== undefined) return [{ resource, part, path, conditions: accepted }];
    const isGateway = parentKindOf(parentRef) === `${gatewayGroup}/Gateway`;
    if (!isGateway || parentGateway(model, route, parentRef) !== undefined) return [];
    const message = `there is no ${nameOfParent({ ...parentRef, sectionName: '' }, route.namespace)}`;
    return [
      {
        resource,
        part,
        path,
        conditions: [{ type: 'Accepted', status: 'False', reason: 'NoMatchingParent', message }],
      },
    ];
  });
  const references = backendProblems(model, route).map(({ path, reason, message }): ReportedConditions => {
    const condition: Condition = { type: 'ResolvedRefs', status: 'False', reason, message };
    return { resource, part: path.replace(/^spec\./, ''), path, conditions: [condition] };
  });
  return [...parents, ...references];
}

function nameOfParent({ kind = 'Gateway', namespace, name, sectionName = '' }: ParentReference, own: string): string {
  return `${kind} ${namespace ?? own}/${name}${sectionName === '' ? '' : ` (${sectionName})`}`;
}
