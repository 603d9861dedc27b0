/** Which listeners of a Gateway take a route, and with which host names. */

import type { Model } from '../../model.ts';
import type { Resource } from '../../resource.ts';
import { selectsLabels } from '../label-selector.ts';
import type { GatewayListener } from './gateway/spec.ts';
import { commonHostnames } from './hostnames.ts';
import type { ParentReference } from './references.ts';
import { gatewayGroup, parentKindOf } from './route-rules.ts';

export const routeKinds = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute'] as const;
export type RouteKind = (typeof routeKinds)[number];
export type GatewayResource = Resource<'Gateway.gateway.networking.k8s.io'>;

/** The controller whose Gateways are ours; its class "istio" exists without an object, as with Istio. */
export const gatewayController = 'istio.io/gateway-controller';

const builtInClass = 'istio';

export interface Attachment {
  readonly listener: GatewayListener;
  /** What route and listener have in common; ["*"]: all. */
  readonly hostnames: readonly string[];
}

export type AttachmentProblem =
  | 'NoMatchingParent'
  | 'NotAllowedByListeners'
  | 'NoMatchingListenerHostname'
  | 'Conflicted';

const kindsByProtocol: Readonly<Record<GatewayListener['protocol'], readonly RouteKind[]>> = {
  HTTP: ['HTTPRoute', 'GRPCRoute'],
  HTTPS: ['HTTPRoute', 'GRPCRoute'],
  TLS: ['TLSRoute'],
  TCP: ['TCPRoute'],
};

export function isOurGateway(model: Model, { spec }: GatewayResource): boolean {
  const [found] = model.byKind('GatewayClass').filter(({ name }) => name === spec.gatewayClassName);
  return found === undefined ? spec.gatewayClassName === builtInClass : found.spec.controllerName === gatewayController;
}

/** The kinds of routes that a listener takes: those of its protocol, and of them those that it allows. */
export function supportedKinds({ protocol, tls, allowedRoutes }: GatewayListener): readonly RouteKind[] {
  const all: readonly RouteKind[] =
    protocol === 'TLS' && tls?.mode !== 'Passthrough' ? ['TLSRoute', 'TCPRoute'] : kindsByProtocol[protocol];
  const wanted = allowedRoutes?.kinds;
  if (wanted === undefined || wanted.length === 0) return all;
  return all.filter((kind) => wanted.some((one) => one.kind === kind && (one.group ?? gatewayGroup) === gatewayGroup));
}

/** The Gateway that a reference names; undefined for parents of the mesh and for one that is missing. */
export function parentGateway(
  model: Model,
  route: Pick<Resource, 'namespace'>,
  parent: ParentReference,
): GatewayResource | undefined {
  if (parentKindOf(parent) !== `${gatewayGroup}/Gateway`) return undefined;
  return model.get('Gateway.gateway.networking.k8s.io', parent.namespace ?? route.namespace, parent.name);
}

/** In the order of the listeners; or the one reason why there is none, which is the last hurdle that some listener got to. Whatever other routes there are. */
export function attachments(
  model: Model,
  gateway: GatewayResource,
  route: Resource<RouteKind>,
  parent: ParentReference,
): readonly Attachment[] | AttachmentProblem {
  const named = gateway.spec.listeners.filter(
    ({ name, port }) =>
      (parent.sectionName === undefined || parent.sectionName === name) &&
      (parent.port === undefined || parent.port === port),
  );
  if (named.length === 0) return 'NoMatchingParent';
  const allowed = named.filter(
    (listener) =>
      supportedKinds(listener).includes(route.kind) && isNamespaceAllowed(model, gateway, listener, route.namespace),
  );
  if (allowed.length === 0) return 'NotAllowedByListeners';
  const routeHosts = 'hostnames' in route.spec ? route.spec.hostnames : undefined;
  const attached = allowed
    .map((listener) => ({
      listener,
      hostnames: commonHostnames(listener.hostname, routeHosts).filter(
        (host) => !isTakenByNarrower(gateway, listener, host),
      ),
    }))
    .filter(({ hostnames }) => hostnames.length > 0);
  return attached.length === 0 ? 'NoMatchingListenerHostname' : attached;
}

/** Listeners of one port and protocol are isolated: a name belongs to the one whose own name is the closest to it. */
function isTakenByNarrower(gateway: GatewayResource, listener: GatewayListener, host: string): boolean {
  return gateway.spec.listeners.some(
    ({ port, protocol, hostname }) =>
      port === listener.port &&
      protocol === listener.protocol &&
      hostname !== undefined &&
      hostname !== listener.hostname &&
      commonHostnames(listener.hostname, [hostname])[0] === hostname &&
      commonHostnames(hostname, [host])[0] === host,
  );
}

function isNamespaceAllowed(
  model: Model,
  gateway: GatewayResource,
  { allowedRoutes }: GatewayListener,
  namespace: string,
): boolean {
  const { from = 'Same', selector } = allowedRoutes?.namespaces ?? {};
  if (from === 'All') return true;
  if (from === 'Same') return namespace === gateway.namespace;
  if (from === 'None' || selector === undefined) return false;
  const labels = model.get('Namespace', '', namespace)?.labels ?? {};
  return selectsLabels(selector, { 'kubernetes.io/metadata.name': namespace, ...labels });
}
