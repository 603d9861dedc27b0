/** Which objects of a cluster have a status of ours, and what it says. */

import { groupPath, watchedKinds } from '@weft/control-sources';
import {
  backendTlsPolicyStatus,
  gatewayClassCondition,
  gatewayController,
  gatewayStatus,
  ingressAddresses,
  isOurGateway,
  isOurIngress,
  type Kind,
  type MeshConfig,
  type Model,
  type ParentReference,
  parentGateway,
  type Resource,
  type RouteKind,
  routeKinds,
  routeStatuses,
} from '@weft/model';
import type { WantedStatus } from './merge-status.ts';

export interface DueStatus {
  /** "HTTPRoute shop/web". */
  readonly what: string;
  /** In the API, without "/status". */
  readonly path: string;
  readonly resource: Resource;
  readonly wanted: WantedStatus;
}

/** An object whose newest version we do not take, whatever the model still has of it. */
export interface RefusedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The first violation. */
  readonly message: string;
}

export interface RefusedRoute extends RefusedObject {
  readonly kind: RouteKind;
}

/** Where proxies of a Gateway are reached. */
export type AddressesOf = (namespace: string, name: string) => readonly string[];

/** Of a model, each object once. */
export function dueStatuses(model: Model, mesh: MeshConfig, addressesOf: AddressesOf): readonly DueStatus[] {
  return [
    ...classes(model),
    ...gateways(model, addressesOf),
    ...routes(model),
    ...policies(model),
    ...ingresses(model, mesh),
  ];
}

/** Other objects say nothing of who takes them. */
export function isRefusedRoute(object: RefusedObject): object is RefusedRoute {
  return routeKinds.some((kind) => kind === object.kind);
}

/** As `what` of a DueStatus. */
export function nameOfObject({ kind, namespace, name }: Pick<RefusedObject, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace}/${name}`;
}

export function pathOfRefused({ kind, namespace, name }: RefusedRoute): string {
  return pathOf(kind, watchedKinds[kind].versions[0] ?? 'v1', namespace, name);
}

/** @param object the route as the API server has it: one that we cannot read says itself who its parents are. */
export function statusOfRefused(model: Model, { namespace, message }: RefusedRoute, object: unknown): WantedStatus {
  const { spec } = object as { readonly spec?: { readonly parentRefs?: readonly ParentReference[] } };
  const ours = (spec?.parentRefs ?? []).filter((parent) => {
    const gateway = parentGateway(model, { namespace }, parent);
    return gateway === undefined ? parent.kind === 'Service' : isOurGateway(model, gateway);
  });
  const conditions = [{ type: 'Accepted', status: 'False', reason: 'UnsupportedValue', message }] as const;
  return {
    parents: ours.map((parentRef) => ({ parentRef, controllerName: gatewayController, conditions })),
    controllerName: gatewayController,
  };
}

function classes(model: Model): readonly DueStatus[] {
  return model.byKind('GatewayClass').flatMap((resource) => {
    const condition = gatewayClassCondition(resource);
    return condition === undefined ? [] : [due('GatewayClass', resource, { conditions: [condition] })];
  });
}

function gateways(model: Model, addressesOf: AddressesOf): readonly DueStatus[] {
  const kind = 'Gateway.gateway.networking.k8s.io';
  return model.byKind(kind).flatMap((resource) => {
    const addresses = addressesOf(resource.namespace, resource.name);
    const status = gatewayStatus(model, resource, addresses);
    if (status === undefined) return [];
    return [due(kind, resource, { ...status, addresses: addresses.map((value) => ({ type: 'IPAddress', value })) })];
  });
}

function routes(model: Model): readonly DueStatus[] {
  return routeKinds.flatMap((kind) =>
    model.byKind(kind).map((resource) => {
      const parents = routeStatuses(model, resource);
      return due(kind, resource, { parents, controllerName: gatewayController });
    }),
  );
}

function policies(model: Model): readonly DueStatus[] {
  return model.byKind('BackendTLSPolicy').map((resource) => {
    const ancestors = backendTlsPolicyStatus(model, resource);
    return due('BackendTLSPolicy', resource, { ancestors, controllerName: gatewayController });
  });
}

/** Where they are reached is the mesh's to say: the same for all. */
function ingresses(model: Model, mesh: MeshConfig): readonly DueStatus[] {
  const ingress = ingressAddresses(model, mesh);
  return model
    .byKind('Ingress')
    .filter((resource) => isOurIngress(resource, mesh))
    .map((resource) => due('Ingress', resource, { loadBalancer: { ingress } }));
}

function due(kind: Kind, resource: Resource, wanted: WantedStatus): DueStatus {
  const { apiVersion, namespace, name } = resource;
  const path = pathOf(kind, apiVersion.split('/')[1] ?? 'v1', namespace, name);
  return { what: nameOfObject({ kind, namespace, name }), path, resource, wanted };
}

function pathOf(kind: Kind, version: string, namespace: string, name: string): string {
  const { group, plural } = watchedKinds[kind];
  const inside = namespace === '' ? '' : `/namespaces/${namespace}`;
  return `${groupPath(group, version)}${inside}/${plural}/${name}`;
}
