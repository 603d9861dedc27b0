/** Status conditions of the Gateway API, written where they differ from what the API server has. */

import { type ApiClient, groupPath, watchedKinds } from '@weft/control-sources';
import {
  backendTlsPolicyStatus,
  gatewayClassCondition,
  gatewayController,
  gatewayStatus,
  type Model,
  type Resource,
  routeStatuses,
} from '@weft/model';
import type { Logger } from '@weft/telemetry';
import { mergeStatus, type ObservedStatus, type WantedStatus } from './merge-status.ts';

export interface StatusWriter {
  /** Writes what is due, one object after the other. @returns false where some is to be tried again. */
  write(model: Model): Promise<boolean>;
  /** Another replica led meanwhile: what is there is not known any more. */
  forget(): void;
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

  const writeOne = async ({ kind, resource, wanted }: Due): Promise<boolean> => {
    const path = pathOf(kind, resource);
    const found = await client.request({ method: 'GET', path });
    if (!found.ok) return found.status === 404;
    const { metadata, status } = found.body as {
      readonly metadata: { readonly generation?: number; readonly resourceVersion?: string };
      readonly status?: ObservedStatus;
    };
    const next = mergeStatus(status ?? {}, wanted, metadata.generation ?? 0, now());
    if (next === undefined) return true;
    const body = { metadata: { resourceVersion: metadata.resourceVersion }, status: next };
    const contentType = 'application/merge-patch+json';
    const answer = await client.request({ method: 'PATCH', path: `${path}/status`, body, contentType });
    if (!answer.ok && answer.status !== 409) {
      logger.warn(
        { kind, name: `${resource.namespace}/${resource.name}`, reason: answer.message },
        'status not written',
      );
    }
    return answer.ok;
  };

  return {
    async write(model) {
      let complete = true;
      const all = dueOf(model, options.addressesOf);
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
