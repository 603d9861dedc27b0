/** What Linkerd's policies come to at one port of a workload: the Server that selects it, else the workload's default policy; SMI's beside them. */

import { type Resource, selectsLabels } from '@weft/model';
import type { Context } from '../context.ts';
import { trustDomainsOf } from '../policies/applied.ts';
import { notice, provenanceOf } from '../provenance.ts';
import { type GrantScope, ofAccessPolicy } from './grants.ts';
import { originsOf, type PortGuard, type WorkloadPort } from './guard.ts';
import type { NamespacePolicies } from './namespace-policies.ts';
import { ownGrants, probeGrants } from './own-grants.ts';
import { serverGuard } from './server-guard.ts';
import { targetJudgement, targetPorts } from './traffic-targets.ts';
import { type DefaultPolicy, defaultPolicyOf, isOnLoopback, isPod, namedPorts, probeRequests } from './workload.ts';

/** Nothing where everyone may do everything. */
export function portGuard(context: Context, port: WorkloadPort): PortGuard | undefined {
  return context.proxy.type === 'sidecar' ? guardOf(context, port) : undefined;
}

/** Where a proxyless server has a port that policies are about: it asks nobody. */
export function unguardedNotices(context: Context, port: WorkloadPort): readonly string[] {
  const guard = guardOf(context, port);
  const [from] = [...(guard?.judgement?.grants ?? []), ...(guard?.targets?.grants ?? [])].map((grant) => grant.from);
  if (from === undefined) return [];
  return [
    notice(
      from,
      `is not asked by proxyless gRPC servers; port ${port.number} of ${context.proxy.workloadName} is open`,
    ),
  ];
}

function guardOf(context: Context, port: WorkloadPort): PortGuard | undefined {
  const { proxy, world } = context;
  const policies = world.linkerd.of(proxy.namespace);
  const scope = grantScope(context);
  const own = ofServer(context, policies, scope, port) ?? defaultGuard(context, scope, port);
  if (policies === undefined) return own;
  const notices: string[] = [];
  const targets = targetJudgement(policies, proxy.serviceAccount, port.number, scope, notices);
  if (targets === undefined) return own;
  const { origins, ...rest } = own ?? open;
  return {
    ...rest,
    targets,
    origins: { ...origins, ...originsOf(targets.grants) },
    notices: [...rest.notices, ...notices],
  };
}

const open: PortGuard = {
  judgement: undefined,
  targets: undefined,
  routes: [],
  rateLimit: undefined,
  protocol: undefined,
  origins: {},
  notices: [],
};

function ofServer(
  context: Context,
  policies: NamespacePolicies | undefined,
  scope: GrantScope,
  port: WorkloadPort,
): PortGuard | undefined {
  const [server, ...others] = policies === undefined ? [] : serversOf(context, policies, port);
  if (policies === undefined || server === undefined) return undefined;
  const made = serverGuard(context, policies, server, scope, port);
  const ignored = others.map((other) =>
    notice(
      provenanceOf(other, 'port'),
      `the port is that of Server ${server.name} already; this one is not used there`,
    ),
  );
  return { ...made, notices: [...made.notices, ...ignored] };
}

/**
 * Ports that Servers of the workload name, by number or as its containers call them, those that TrafficTargets grant by number, and those that its
 * probes ask where a default policy stands; in order.
 */
export function policedPorts(context: Context): readonly number[] {
  const names = namedPorts(context);
  const { namespace, serviceAccount } = context.proxy;
  const policies = context.world.linkerd.of(namespace);
  const granted = policies === undefined ? [] : targetPorts(policies, serviceAccount);
  const served = (policies?.servers ?? [])
    .filter((server) => selects(context, server))
    .flatMap(({ spec: { port } }) => (typeof port === 'number' ? [port] : (names.get(port) ?? [])));
  const probed = guardingDefault(context) === undefined ? [] : probeRequests(context).map(({ port }) => port);
  return [...new Set([...served, ...granted, ...probed])].sort((a, b) => a - b);
}

function serversOf(context: Context, { servers }: NamespacePolicies, port: WorkloadPort): Resource<'Server'>[] {
  if (port.number === 0) return [];
  const names = namedPorts(context);
  const isPort = (wanted: number | string): boolean =>
    typeof wanted === 'number'
      ? wanted === port.number
      : wanted === port.name || (names.get(wanted) ?? []).includes(port.number);
  return servers.filter((server) => isPort(server.spec.port) && selects(context, server));
}

/** A mesh without Kubernetes has no Pods: a podSelector means every workload there. */
function selects(context: Context, { spec }: Resource<'Server'>): boolean {
  const { labels } = context.proxy;
  if (spec.podSelector !== undefined) return selectsLabels(spec.podSelector, labels);
  return spec.externalWorkloadSelector !== undefined && !isPod(context)
    ? selectsLabels(spec.externalWorkloadSelector, labels)
    : false;
}

function grantScope(context: Context): GrantScope {
  return { domains: trustDomainsOf(context), onLoopback: isOnLoopback(context) };
}

function defaultGuard(context: Context, scope: GrantScope, port: WorkloadPort): PortGuard | undefined {
  const found = guardingDefault(context);
  if (found === undefined) return undefined;
  const { policy, from } = found;
  const grants = [
    ofAccessPolicy(policy, `linkerd-default[${policy}]`, from, scope),
    ...ownGrants(scope),
    ...probeGrants(context, port),
  ];
  return { ...open, judgement: { grants, audit: policy === 'audit' }, origins: originsOf(grants) };
}

function guardingDefault(context: Context): DefaultPolicy | undefined {
  const found = defaultPolicyOf(context);
  return found?.policy === 'all-unauthenticated' ? undefined : found;
}
