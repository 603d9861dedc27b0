/** Status of each listener of a Gateway. */

import type { Model } from '../../model.ts';
import type { Resource } from '../../resource.ts';
import { attachRoute } from './attach-route.ts';
import { type GatewayResource, parentGateway, type RouteKind, routeKinds, supportedKinds } from './attachment.ts';
import type { Condition } from './condition.ts';
import type { GatewayListener } from './gateway/spec.ts';
import { isGranted } from './grants.ts';
import type { ObjectReference, SecretReference } from './references.ts';
import { rootsIn } from './roots.ts';
import { gatewayGroup } from './route-rules.ts';

export interface ListenerStatus {
  readonly name: string;
  readonly supportedKinds: readonly { readonly group: string; readonly kind: RouteKind }[];
  /** Routes with Accepted for this listener. */
  readonly attachedRoutes: number;
  readonly conditions: readonly Condition[];
}

interface Reason {
  readonly reason: string;
  readonly message: string;
}

/** In the order of the listeners. */
export function listenerStatuses(model: Model, gateway: GatewayResource): readonly ListenerStatus[] {
  const counts = attachedRoutes(model, gateway);
  return gateway.spec.listeners.map((listener) => {
    const conflict = conflictOf(listener, gateway.spec.listeners);
    const unresolved = unresolvedReference(model, gateway, listener) ?? unsupportedKind(listener);
    const blocking =
      conflict ??
      (unresolved?.reason === 'InvalidRouteKinds' && supportedKinds(listener).length > 0 ? undefined : unresolved);
    return {
      name: listener.name,
      supportedKinds: supportedKinds(listener).map((kind) => ({ group: gatewayGroup, kind })),
      attachedRoutes: counts.get(listener.name) ?? 0,
      conditions: [
        condition('Accepted', conflict === undefined, conflict, 'the listener is valid'),
        {
          type: 'Conflicted',
          status: conflict === undefined ? 'False' : 'True',
          reason: conflict?.reason ?? 'NoConflicts',
          message: conflict?.message ?? 'no other listener is in its way',
        },
        condition('ResolvedRefs', unresolved === undefined, unresolved, 'all references are resolved'),
        condition(
          'Programmed',
          blocking === undefined,
          blocking && { ...blocking, reason: 'Invalid' },
          'sent to the proxies',
        ),
      ],
    };
  });
}

function condition(type: string, good: boolean, problem: Reason | undefined, goodMessage: string): Condition {
  if (good || problem === undefined) return { type, status: 'True', reason: type, message: goodMessage };
  return { type, status: 'False', ...problem };
}

/** Protocols that can share a port: those that are told apart by host name, or by server name. */
const family = ({ protocol }: GatewayListener): string =>
  protocol === 'HTTP' ? 'HTTP' : protocol === 'TCP' ? 'TCP' : 'TLS';

function conflictOf(listener: GatewayListener, all: readonly GatewayListener[]): Reason | undefined {
  const others = all.filter((other) => other !== listener && other.port === listener.port);
  const unlike = others.find((other) => family(other) !== family(listener));
  if (unlike !== undefined) {
    const message = `${listener.protocol} and the ${unlike.protocol} of listener ${unlike.name} cannot share port ${listener.port}`;
    return { reason: 'ProtocolConflict', message };
  }
  const same = others.find((other) => (other.hostname ?? '') === (listener.hostname ?? ''));
  if (same === undefined) return undefined;
  return { reason: 'HostnameConflict', message: `listener ${same.name} has the same port and host name` };
}

function unresolvedReference(model: Model, gateway: GatewayResource, { tls }: GatewayListener): Reason | undefined {
  for (const reference of tls?.certificateRefs ?? []) {
    const problem = certificateProblem(model, gateway, reference);
    if (problem !== undefined) return problem;
  }
  for (const reference of tls?.frontendValidation?.caCertificateRefs ?? []) {
    const problem = rootProblem(model, gateway, reference);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function rootProblem(model: Model, gateway: GatewayResource, reference: ObjectReference): Reason | undefined {
  const { group, kind, namespace = gateway.namespace, name } = reference;
  if (group !== '' || (kind !== 'ConfigMap' && kind !== 'Secret')) {
    return { reason: 'InvalidCACertificateKind', message: `a ${kind} holds no CA certificate` };
  }
  const from = { group: gatewayGroup, kind: 'Gateway', namespace: gateway.namespace };
  if (!isGranted(model, from, { group, kind, namespace, name })) {
    const message = `no ReferenceGrant of ${namespace} lets a Gateway of ${gateway.namespace} name ${kind} ${name}`;
    return { reason: 'RefNotPermitted', message };
  }
  if (rootsIn(model, kind, namespace, name) !== undefined) return undefined;
  const message = `there is no ${kind} ${namespace}/${name} with a certificate in ca.crt`;
  return { reason: 'InvalidCACertificateRef', message };
}

function certificateProblem(model: Model, gateway: GatewayResource, reference: SecretReference): Reason | undefined {
  const { group = '', kind = 'Secret', namespace = gateway.namespace, name } = reference;
  const invalid = (message: string): Reason => ({ reason: 'InvalidCertificateRef', message });
  if (group !== '' || kind !== 'Secret') return invalid(`a ${kind} holds no certificate`);
  const from = { group: gatewayGroup, kind: 'Gateway', namespace: gateway.namespace };
  if (!isGranted(model, from, { group, kind, namespace, name })) {
    const message = `no ReferenceGrant of ${namespace} lets a Gateway of ${gateway.namespace} name Secret ${name}`;
    return { reason: 'RefNotPermitted', message };
  }
  const secret = model.get('Secret', namespace, name);
  if (secret === undefined) return invalid(`there is no Secret ${namespace}/${name}`);
  const has = (key: string, word: string): boolean =>
    Object.hasOwn(secret.spec.data, key) &&
    Buffer.from(secret.spec.data[key] ?? '', 'base64')
      .toString('latin1')
      .includes(word);
  const good = has('tls.crt', 'BEGIN CERTIFICATE') && has('tls.key', 'PRIVATE KEY');
  return good ? undefined : invalid(`Secret ${namespace}/${name} has no certificate and key (tls.crt, tls.key)`);
}

function unsupportedKind(listener: GatewayListener): Reason | undefined {
  const supported = supportedKinds(listener);
  const bad = (listener.allowedRoutes?.kinds ?? []).find(
    ({ group = gatewayGroup, kind }) => group !== gatewayGroup || !supported.some((one) => one === kind),
  );
  if (bad === undefined) return undefined;
  return { reason: 'InvalidRouteKinds', message: `a listener of protocol ${listener.protocol} takes no ${bad.kind}` };
}

/** Name of a listener → how many routes are attached to it; a route counts once. */
function attachedRoutes(model: Model, gateway: GatewayResource): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of routeKinds) {
    for (const route of model.byKind(kind) as readonly Resource<RouteKind>[]) {
      const names = new Set<string>();
      for (const parent of route.spec.parentRefs ?? []) {
        if (parentGateway(model, route, parent) !== gateway) continue;
        const attached = attachRoute(model, gateway, route, parent);
        if (typeof attached !== 'string') for (const { listener } of attached) names.add(listener.name);
      }
      for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}
