/** What routes inside the mesh are made for, and which VirtualServices are out of force there. */

import { type Context, clientScope } from '../context.ts';
import { notice, provenanceOf } from '../provenance.ts';
import type { EgressView } from '../scope/egress-view.ts';
import { shadowedHosts } from '../virtual-services/mesh-hosts.ts';
import { sourceKey } from '../virtual-services/source-labels.ts';
import type { Findings, RouteScope } from './scope.ts';

/** Port on which a VirtualService speaks for hosts that no service has: what a URL without a port means. */
export const ruleOnlyPort = 80;

/** @param port that requests came for. */
export function meshScope({ world, proxy, scope }: Context, port: number, findings: Findings): RouteScope {
  return {
    world,
    dialect: proxy.type === 'grpc' ? 'grpc' : 'proxy',
    clientNamespace: proxy.namespace,
    clientLabels: proxy.labels,
    gateway: 'mesh',
    calledPort: port,
    isTls: false,
    services: scope.view.byHost,
    ...findings,
  };
}

/** Callers of one key have the same routes of a view. */
export function callerKey(context: Context, view: EgressView): string {
  const { world, proxy } = context;
  const labels = world.policiesByLabels ? JSON.stringify(proxy.labels) : '';
  return `${clientScope(context)}|${sourceKey(view, proxy.labels)}|${labels}`;
}

/** A notice for each VirtualService that an older one keeps from a host. */
export function noteShadowed({ scope }: Pick<Context, 'scope'>, { notices }: Findings): void {
  for (const { rules, position, winner } of shadowedHosts(scope.view)) {
    const { kind, namespace, name } = winner.resource;
    const host = rules.hosts[position] ?? '';
    const from = provenanceOf(rules.resource, `hosts[${position}]`);
    notices.add(
      notice(
        from,
        `ignored inside the mesh: ${kind === rules.resource.kind ? `the older ${kind}` : kind} ${namespace}/${name} has host ${host}`,
      ),
    );
  }
}
