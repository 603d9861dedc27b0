/** Status conditions of the Gateway API, written where they differ from what the API server has. */

import { type ApiClient, groupPath, watchedKinds } from '@weft/control-sources';
import {
  backendTlsPolicyStatus,
  gatewayClassCondition,
  gatewayController,
  gatewayStatus,
  isOurGateway,
  type Model,
  type ParentReference,
  parentGateway,
  type Resource,
  routeStatuses,
} from '@weft/model';
import type { Logger } from '@weft/telemetry';
import { mergeStatus, type ObservedStatus, type WantedStatus } from './merge-status.ts';

export interface StatusWriter {
  /**
   * Writes what is due, one object after the other. @returns false where some is to be tried again.
   * @param refused objects whose newest version we do not take, whatever the model still has of them.
   */
  write(model: Model, refused?: readonly RefusedObject[]): Promise<boolean>;
  /** Another replica led meanwhile: what is there is not known any more. */
  forget(): void;
}

export interface RefusedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The first violation. */
  readonly message: string;
}

export interface StatusWriterOptions {
  readonly client: ApiClient;
  readonly logger: Pick<Logger, 'warn'>;
  /** RFC 3339. */
  readonly now: () => string;
  /** Where proxies of a Gateway are reached. */
  readonly addressesOf: (namespace: string, name: string) => readonly string[];
  /** True: stop in the middle. */
  readonly stopped: () => boolean;
}

const routeKinds = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute'] as const;
type RouteKindName = (typeof routeKinds)[number];
type StatusKind =
  | (typeof routeKinds)[number]
  | 'BackendTLSPolicy'
  | 'GatewayClass'
  | 'Gateway.gateway.networking.k8s.io';

interface Due {
  readonly kind: StatusKind;
  readonly resource: Resource;
  readonly wanted: WantedStatus;
}

export function createStatusWriter(options: StatusWriterOptions): StatusWriter {
  const { client, logger, now } = options;
  /** Kind and key → what was written last, and for which version of the object. */
  const written = new Map<string, { readonly resource: Resource; readonly wanted: string }>();

  const patch = async (path: string, what: string, wantedOf: (object: unknown) => WantedStatus): Promise<boolean> => {
    const found = await client.request({ method: 'GET', path });
    if (!found.ok) return found.status === 404;
    const { metadata, status } = found.body as {
      readonly metadata: { readonly generation?: number; readonly resourceVersion?: string };
      readonly status?: ObservedStatus;
    };
    const next = mergeStatus(status ?? {}, wantedOf(found.body), metadata.generation ?? 0, now());
    if (next === undefined) return true;
    const body = { metadata: { resourceVersion: metadata.resourceVersion }, status: next };
    const contentType = 'application/merge-patch+json';
    const answer = await client.request({ method: 'PATCH', path: `${path}/status`, body, contentType });
    if (!answer.ok && answer.status !== 409)
      logger.warn({ object: what, reason: answer.message }, 'status not written');
    return answer.ok;
  };

  /** A route that we cannot read says itself who its parents are. */
  const writeRefused = async (model: Model, { kind, namespace, name, message }: RefusedObject): Promise<boolean> => {
    const { group, plural, versions } = watchedKinds[kind as RouteKindName];
    const path = `${groupPath(group, versions[0] ?? 'v1')}/namespaces/${namespace}/${plural}/${name}`;
    const condition = { type: 'Accepted', status: 'False', reason: 'UnsupportedValue', message } as const;
    return patch(path, `${kind} ${namespace}/${name}`, (object) => {
      const { spec } = object as { readonly spec?: { readonly parentRefs?: readonly ParentReference[] } };
      const parents = (spec?.parentRefs ?? []).filter((parent) => {
        const gateway = parentGateway(model, { namespace }, parent);
        return gateway === undefined ? parent.kind === 'Service' : isOurGateway(model, gateway);
      });
      return {
        parents: parents.map((parentRef) => ({
          parentRef,
          controllerName: gatewayController,
          conditions: [condition],
        })),
        controllerName: gatewayController,
      };
    });
  };

  const writeOne = ({ kind, resource, wanted }: Due): Promise<boolean> =>
    patch(pathOf(kind, resource), `${kind} ${resource.namespace}/${resource.name}`, () => wanted);

  return {
    async write(model, refused = []) {
      let complete = true;
      const routes = refused.filter(({ kind }) => routeKinds.some((known) => known === kind));
      const unread = new Set(routes.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`));
      const all = dueOf(model, options.addressesOf).filter((due) => !unread.has(keyOf(due)));
      const keys = new Set(all.map(keyOf));
      for (const key of [...written.keys()]) if (!keys.has(key)) written.delete(key);
      for (const due of all) {
        if (options.stopped()) return false;
        const wanted = JSON.stringify(due.wanted);
        const last = written.get(keyOf(due));
        if (last?.resource === due.resource && last.wanted === wanted) continue;
        if (await writeOne(due)) written.set(keyOf(due), { resource: due.resource, wanted });
        else complete = false;
      }
      for (const route of routes) {
        if (options.stopped()) return false;
        // Looked at each time: what we could not read is not known by its version either.
        if (!(await writeRefused(model, route))) complete = false;
      }
      return complete;
    },
    forget: () => written.clear(),
  };
}

const keyOf = ({ kind, resource }: Due): string => `${kind} ${resource.namespace}/${resource.name}`;

function dueOf(model: Model, addressesOf: StatusWriterOptions['addressesOf']): Due[] {
  const classes = model.byKind('GatewayClass').flatMap((resource): Due[] => {
    const condition = gatewayClassCondition(resource);
    return condition === undefined ? [] : [{ kind: 'GatewayClass', resource, wanted: { conditions: [condition] } }];
  });
  const gateways = model.byKind('Gateway.gateway.networking.k8s.io').flatMap((resource): Due[] => {
    const addresses = addressesOf(resource.namespace, resource.name);
    const status = gatewayStatus(model, resource, addresses);
    if (status === undefined) return [];
    const wanted = { ...status, addresses: addresses.map((value) => ({ type: 'IPAddress', value })) };
    return [{ kind: 'Gateway.gateway.networking.k8s.io', resource, wanted }];
  });
  const routes = routeKinds.flatMap((kind) =>
    model.byKind(kind).map((resource): Due => {
      const parents = routeStatuses(model, resource);
      return { kind, resource, wanted: { parents, controllerName: gatewayController } };
    }),
  );
  const policies = model.byKind('BackendTLSPolicy').map((resource): Due => {
    const ancestors = backendTlsPolicyStatus(model, resource);
    return { kind: 'BackendTLSPolicy', resource, wanted: { ancestors, controllerName: gatewayController } };
  });
  return [...classes, ...gateways, ...routes, ...policies];
}

function pathOf(kind: StatusKind, { apiVersion, namespace, name }: Resource): string {
  const { group, plural } = watchedKinds[kind];
  const inside = namespace === '' ? '' : `/namespaces/${namespace}`;
  return `${groupPath(group, apiVersion.split('/')[1] ?? 'v1')}${inside}/${plural}/${name}`;
}
