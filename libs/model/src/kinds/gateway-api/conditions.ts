/** Status conditions of routes and Gateways, with the reasons of the Gateway API's specification, computed from a model alone. */

import type { Model } from '../../model.ts';
import type { Resource } from '../../resource.ts';
import { attachRoute } from './attach-route.ts';
import {
  type AttachmentProblem,
  type GatewayResource,
  gatewayController,
  isOurGateway,
  parentGateway,
  type RouteKind,
} from './attachment.ts';
import { backendProblems } from './backend-resolution.ts';
import type { Condition } from './condition.ts';
import { type ListenerStatus, listenerStatuses } from './listener-conditions.ts';
import type { ParentReference } from './references.ts';
import { lostTo } from './route-conflicts.ts';
import { parentKindOf } from './route-rules.ts';

export interface RouteParentStatus {
  readonly parentRef: ParentReference;
  readonly controllerName: string;
  readonly conditions: readonly Condition[];
}

export interface GatewayStatus {
  readonly conditions: readonly Condition[];
  readonly listeners: readonly ListenerStatus[];
}

const attachmentMessages: Readonly<Record<Exclude<AttachmentProblem, 'Conflicted'>, string>> = {
  NoMatchingParent: 'no listener has this name or port',
  NotAllowedByListeners: 'no listener takes routes of this kind from this namespace',
  NoMatchingListenerHostname: 'no listener has a host name in common with the route',
};

const isTrue = (type: string, message: string, reason = type): Condition => ({ type, status: 'True', reason, message });
const isFalse = (type: string, reason: string, message: string): Condition => ({
  type,
  status: 'False',
  reason,
  message,
});

/** One for each parent that is ours: Gateways of other controllers, and those that are not there, are not told of. */
export function routeStatuses(model: Model, route: Resource<RouteKind>): readonly RouteParentStatus[] {
  const [problem] = backendProblems(model, route);
  const resolved =
    problem === undefined
      ? isTrue('ResolvedRefs', 'all references are resolved')
      : isFalse('ResolvedRefs', problem.reason, problem.message);
  return (route.spec.parentRefs ?? []).flatMap((parentRef) => {
    const accepted = acceptedBy(model, route, parentRef);
    if (accepted === undefined) return [];
    return [{ parentRef, controllerName: gatewayController, conditions: [accepted, resolved] }];
  });
}

function acceptedBy(model: Model, route: Resource<RouteKind>, parent: ParentReference): Condition | undefined {
  const kind = parentKindOf(parent);
  const namespace = parent.namespace ?? route.namespace;
  if (kind === '/Service' || kind === 'core/Service') {
    const service = model.get('Service', namespace, parent.name);
    if (service === undefined) {
      return isFalse('Accepted', 'NoMatchingParent', `there is no Service ${namespace}/${parent.name}`);
    }
    const found = service.spec.ports.some(
      ({ name, port }) =>
        (parent.port === undefined || parent.port === port) &&
        (parent.sectionName === undefined || parent.sectionName === name),
    );
    return found
      ? isTrue('Accepted', 'the route is in force')
      : isFalse('Accepted', 'NoMatchingParent', `Service ${namespace}/${parent.name} has no such port`);
  }
  if (kind === 'networking.istio.io/ServiceEntry') {
    return model.get('ServiceEntry', namespace, parent.name) === undefined
      ? isFalse('Accepted', 'NoMatchingParent', `there is no ServiceEntry ${namespace}/${parent.name}`)
      : isTrue('Accepted', 'the route is in force');
  }
  const gateway = parentGateway(model, route, parent);
  if (gateway === undefined || !isOurGateway(model, gateway)) return undefined;
  const attached = attachRoute(model, gateway, route, parent);
  if (typeof attached !== 'string') return isTrue('Accepted', 'the route is in force');
  const message = attached === 'Conflicted' ? conflictOf(model, gateway, route) : attachmentMessages[attached];
  return isFalse('Accepted', attached, message);
}

function conflictOf(model: Model, gateway: GatewayResource, route: Resource<RouteKind>): string {
  const [winner] = gateway.spec.listeners.flatMap(({ name }) => lostTo(model, gateway, route, name) ?? []);
  const what = winner === undefined ? 'a route of another kind' : `${winner.kind} ${winner.namespace}/${winner.name}`;
  return `${what} is older and has a host name in common with the route; a listener takes one kind of both`;
}

/**
 * Undefined for a Gateway of another controller.
 * @param addresses that its proxies have; none: it is accepted and not programmed.
 */
export function gatewayStatus(
  model: Model,
  gateway: GatewayResource,
  addresses: readonly string[],
): GatewayStatus | undefined {
  if (!isOurGateway(model, gateway)) return undefined;
  const listeners = listenerStatuses(model, gateway);
  const programmed = listeners.filter(({ conditions }) =>
    conditions.some(({ type, status }) => type === 'Programmed' && status === 'True'),
  ).length;
  const accepted =
    programmed === listeners.length
      ? isTrue('Accepted', 'all listeners are valid')
      : programmed > 0
        ? isTrue(
            'Accepted',
            `${listeners.length - programmed} of ${listeners.length} listeners are not valid`,
            'ListenersNotValid',
          )
        : isFalse('Accepted', 'ListenersNotValid', 'no listener is valid');
  const unusable = gateway.spec.addresses
    ?.filter(({ type = 'IPAddress', value = '' }) => type === 'IPAddress' && value !== '')
    .find(({ value = '' }) => !addresses.includes(value))?.value;
  const ready =
    programmed === 0
      ? isFalse('Programmed', 'Invalid', 'no listener is valid')
      : addresses.length === 0
        ? isFalse('Programmed', 'AddressNotAssigned', 'no proxy of this Gateway is connected')
        : unusable !== undefined
          ? isFalse('Programmed', 'AddressNotUsable', `no proxy of this Gateway has the address ${unusable}`)
          : isTrue('Programmed', 'the listeners are sent to the proxies');
  return { conditions: [accepted, ready], listeners };
}

/** Undefined for a class of another controller. */
export function gatewayClassCondition({ spec }: Resource<'GatewayClass'>): Condition | undefined {
  return spec.controllerName === gatewayController ? isTrue('Accepted', 'the class is served by this mesh') : undefined;
}
