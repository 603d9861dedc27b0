/** What the analysis of NetworkPolicies asks of a mesh again and again, found once: it must not cost workloads times callers. */

import { groupBy } from '@weft/kernel';
import { picksLabels, type Resource } from '@weft/model';
import type { AnalysedMesh, AnalysedWorkload } from '../analysis/analysed-mesh.ts';
import { close, type Direction, type FlowEnd, type FlowPort, governing, type NetworkPolicy } from './flow-cuts.ts';

export interface NetworkSight {
  workloadsIn(namespace: string): readonly AnalysedWorkload[];
  /** All policies of a direction that select the workload: they add up. */
  governing(workload: AnalysedWorkload, direction: Direction): readonly NetworkPolicy[];
  /** Ports that Services lead to. */
  portsBehind(workload: AnalysedWorkload): readonly PortBehind[];
  /** Of the first `callersMax` workloads of the mesh, those that do not get in. @param policies at least one. */
  cutCallers(policies: readonly NetworkPolicy[], port: FlowPort): CutCallers;
  /** Hosts that rules of the policies' namespace route to, and of which no port is reached. @param policies at least one. */
  cutHosts(policies: readonly NetworkPolicy[]): readonly string[];
}

export interface CutCallers {
  /** Each once: "order", of another namespace "gateway.istio-system". */
  readonly names: readonly string[];
  readonly byName: ReadonlyMap<string, readonly AnalysedWorkload[]>;
}

export interface PortBehind {
  /** "payment.shop:8080". */
  readonly called: string;
  readonly port: FlowPort;
  /** The target port, by number or by name. */
  readonly written: number | string;
}

/** Callers that are looked at. */
export const callersMax = 500;

export function createNetworkSight(mesh: AnalysedMesh): NetworkSight {
  const { model } = mesh;
  const workloads = groupBy(mesh.workloads, ({ namespace }) => namespace);
  const services = groupBy(model.byKind('Service'), ({ namespace }) => namespace);
  const governed: Record<Direction, Map<AnalysedWorkload, readonly NetworkPolicy[]>> = {
    Ingress: new Map(),
    Egress: new Map(),
  };
  const ports = new Map<AnalysedWorkload, readonly PortBehind[]>();
  const callers = new Map<string, CutCallers>();
  const hosts = new Map<string, readonly string[]>();
  const portsBehind = (workload: AnalysedWorkload): readonly PortBehind[] =>
    once(ports, workload, () =>
      (services.get(workload.namespace) ?? []).flatMap((service) => portsOf(service, workload)),
    );
  return {
    workloadsIn: (namespace) => workloads.get(namespace) ?? [],
    governing: (workload, direction) =>
      once(governed[direction], workload, () => governing(model, workload, direction)),
    portsBehind,
    cutCallers: (policies, port) =>
      once(callers, [keyOf(policies), port.number, port.name].join('|'), () => findCallers(mesh, policies, port)),
    cutHosts: (policies) =>
      once(hosts, keyOf(policies), () =>
        [...routedFrom(mesh, policies)].filter((host) => isCut(mesh, policies, host, portsBehind)),
      ),
  };
}

function findCallers(
  { model, workloads }: AnalysedMesh,
  policies: readonly NetworkPolicy[],
  port: FlowPort,
): CutCallers {
  const byName = new Map<string, AnalysedWorkload[]>();
  for (const caller of workloads.slice(0, callersMax)) {
    if (!close(model, policies, 'Ingress', endOf(caller), port)) continue;
    const name = nameIn(policies[0]?.namespace, caller);
    byName.set(name, [...(byName.get(name) ?? []), caller]);
  }
  return { names: [...byName.keys()], byName };
}

/** "WorkloadGroup shop/order" → "order", with its namespace where that is another one. */
export function nameIn(namespace: string | undefined, { what, namespace: own }: AnalysedWorkload): string {
  const bare = what.slice(what.lastIndexOf('/') + 1);
  return own === namespace ? bare : `${bare}.${own}`;
}

function routedFrom({ index }: AnalysedMesh, [policy]: readonly NetworkPolicy[]): ReadonlySet<string> {
  const rules = index.virtualServices.filter(({ mesh, resource }) => mesh && resource.namespace === policy?.namespace);
  return new Set(
    rules.flatMap((one) =>
      one.rules.flatMap(({ rule }) => (rule.route ?? []).map(({ destination }) => destination.host)),
    ),
  );
}

/** False for a host that no workload is known of. */
function isCut(
  mesh: AnalysedMesh,
  policies: readonly NetworkPolicy[],
  host: string,
  portsBehind: NetworkSight['portsBehind'],
): boolean {
  const service = mesh.service(host);
  const behind = service === undefined ? [] : mesh.workloadsOf(service);
  if (service === undefined || behind.length === 0) return false;
  return behind.every((server) => {
    const ports = portsBehind(server).filter(({ called }) =>
      called.startsWith(`${service.name}.${service.namespace}:`),
    );
    return ports.length > 0 && ports.every(({ port }) => close(mesh.model, policies, 'Egress', endOf(server), port));
  });
}

const keyOf = (policies: readonly NetworkPolicy[]): string =>
  policies.map(({ namespace, name }) => `${namespace}/${name}`).join('|');

/** What is analysed has no addresses. */
function endOf({ namespace, labels }: AnalysedWorkload): FlowEnd {
  return { namespace, labels, addresses: [] };
}

function portsOf(
  { name: service, namespace, spec }: Resource<'Service'>,
  { labels }: AnalysedWorkload,
): readonly PortBehind[] {
  if (!picksLabels(spec.selector, labels)) return [];
  return spec.ports
    .filter(({ protocol }) => protocol === 'TCP')
    .map(({ port, targetPort = port, name }) => ({
      called: `${service}.${namespace}:${port}`,
      port: {
        number: typeof targetPort === 'number' ? targetPort : port,
        name: typeof targetPort === 'string' ? targetPort : name,
      },
      written: targetPort,
    }));
}

function once<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}
