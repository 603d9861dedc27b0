/** Which outbound clusters a client has: the plan that clusters and endpoints are both made from. */

import type { InstanceView, RegistryView, ServicePortView } from '@weft/control-registry';
import type { Provenance } from '@weft/kernel';
import { hasLabels, type Resource, type RetryBudget, type TrafficPolicy } from '@weft/model';
import type { BackendTls } from './clusters/backend-tls.ts';
import type { ServiceAccrual } from './clusters/failure-accrual.ts';
import { type Context, tunnels } from './context.ts';
import { type DestinationPolicy, effectivePolicy } from './destination-rules.ts';
import type { ModelIndex } from './model-index.ts';
import { outboundClusterName } from './names.ts';
import { registryChanges } from './registry-changes.ts';
import type { EgressView } from './scope/egress-view.ts';
import type { ServiceShape } from './scope/service-shape.ts';
import type { World } from './world.ts';

export interface PlannedCluster {
  readonly service: ServiceShape;
  readonly port: ServicePortView;
  /** Empty for the whole service. */
  readonly subset: string;
  /** Labels of the subset; empty for all. */
  readonly labels: Readonly<Record<string, string>>;
  readonly name: string;
  /** What holds for this port of this subset. */
  readonly policy: TrafficPolicy;
  /** The DestinationRules that it depends on. */
  readonly resources: readonly Resource<'DestinationRule'>[];
  /** Of a BackendTLSPolicy; a rule's own `tls` comes before it. */
  readonly backendTls?: BackendTls;
  /** Of Linkerd's annotation; a rule's own outlier detection comes before it. */
  readonly accrual?: ServiceAccrual;
  /** Of a ServiceProfile, beside the rules of a DestinationRule. */
  readonly retryBudget?: RetryBudget;
  readonly from: Provenance;
}

/** The same list for as long as neither services of the view nor DestinationRules change. */
export function plannedClusters(context: Context): readonly PlannedCluster[] {
  const { world, proxy, scope } = context;
  const captured = proxy.interception !== 'NONE';
  const labels = world.policiesByLabels ? JSON.stringify(proxy.labels) : '';
  const { destinationRules } = world.index;
  const { services } = scope.view;
  const byView = plans.get(destinationRules) ?? new WeakMap<EgressView['services'], PlansByClient>();
  plans.set(destinationRules, byView);
  const byClient: PlansByClient = byView.get(services) ?? new Map();
  byView.set(services, byClient);
  const key = `${proxy.namespace}|${captured}|${labels}`;
  const known = byClient.get(key);
  if (known !== undefined) return known;
  const planned = plan(context, captured);
  if (byClient.size < plansPerViewMax) byClient.set(key, planned);
  return planned;
}

/** Those whose service is another object in another view of the registry. */
export function plansOfChanged(
  planned: readonly PlannedCluster[],
  from: RegistryView,
  to: RegistryView,
): readonly PlannedCluster[] {
  let byHost = plansByHost.get(planned);
  if (byHost === undefined) {
    byHost = new Map();
    for (const each of planned) byHost.set(each.service.host, [...(byHost.get(each.service.host) ?? []), each]);
    plansByHost.set(planned, byHost);
  }
  const { hosts } = registryChanges(from, to);
  return [...hosts].flatMap((host) => byHost.get(host) ?? []);
}

const plansByHost = new WeakMap<readonly PlannedCluster[], Map<string, readonly PlannedCluster[]>>();

type PlansByClient = Map<string, readonly PlannedCluster[]>;

const plans = new WeakMap<ModelIndex['destinationRules'], WeakMap<EgressView['services'], PlansByClient>>();

/** Namespaces and label sets remembered per view; more are planned each time. */
export const plansPerViewMax = 1000;

/** False where there is neither endpoint nor name to connect to, and the client's connections do not say where they were sent. */
export function isReachable(service: ServiceShape, captured: boolean): boolean {
  return service.routable || captured;
}

/** Where captured connections to the service go: to the address that they were sent to. */
export function usesOriginalDestination({ service, policy }: PlannedCluster, captured: boolean): boolean {
  if (!captured) return false;
  return service.resolution === 'none' || service.headless || policy.loadBalancer?.simple === 'PASSTHROUGH';
}

/** The instances of a planned cluster; an empty label set takes all. */
export function instancesOf({ input }: World, { service, labels }: PlannedCluster): readonly InstanceView[] {
  const instances = input.registry.services.get(service.key)?.instances ?? [];
  if (Object.keys(labels).length === 0) return instances;
  return instances.filter((instance) => hasLabels(instance.labels, labels));
}

/** What distinguishes clusters of one name: clients of one scope have the same. */
export function clusterScope(context: Context): string {
  const { proxy, world } = context;
  const kind = proxy.type === 'grpc' ? 'grpc' : 'proxy';
  const labels = world.policiesByLabels ? JSON.stringify(proxy.labels) : '';
  return [kind, proxy.type === 'router', proxy.namespace, proxy.interception !== 'NONE', tunnels(context), labels].join(
    '|',
  );
}

function plan({ world, proxy, scope }: Context, captured: boolean): readonly PlannedCluster[] {
  const planned: PlannedCluster[] = [];
  for (const service of scope.view.services) {
    if (!isReachable(service, captured)) continue;
    const policy = world.policy(service.host, proxy.namespace, service.namespace, proxy.labels);
    const named = isNamed(service, world.input.domain);
    const accrual = named ? world.index.accruals.of(service) : undefined;
    const retryBudget = named ? world.index.accruals.budget(service, proxy.namespace) : undefined;
    for (const port of service.ports) {
      addPort(planned, service, port, policy, named ? world.index.backendTls.of(service, port.name) : undefined, {
        ...(accrual === undefined ? {} : { accrual }),
        ...(retryBudget === undefined ? {} : { retryBudget }),
      });
    }
  }
  return planned;
}

/** A Service of Kubernetes; the hosts of a ServiceEntry are not what policies of the Gateway API name. */
function isNamed({ host, name, namespace }: ServiceShape, domain: string): boolean {
  return host === `${name}.${namespace}.svc.${domain}`;
}

function addPort(
  into: PlannedCluster[],
  service: ServiceShape,
  port: ServicePortView,
  destination: DestinationPolicy,
  backendTls: BackendTls | undefined,
  linkerd: Pick<PlannedCluster, 'accrual' | 'retryBudget'>,
): void {
  const { resources, subsets } = destination;
  const common = {
    service,
    port,
    resources,
    ...(backendTls === undefined ? {} : { backendTls }),
    ...linkerd,
  };
  into.push({
    ...common,
    subset: '',
    labels: {},
    name: outboundClusterName(port.number, '', service.host),
    policy: effectivePolicy(destination, '', port.number),
    from: port.from,
  });
  for (const [subset, { subset: written, from }] of subsets) {
    into.push({
      ...common,
      subset,
      labels: written.labels ?? {},
      name: outboundClusterName(port.number, subset, service.host),
      policy: effectivePolicy(destination, subset, port.number),
      from,
    });
  }
}
