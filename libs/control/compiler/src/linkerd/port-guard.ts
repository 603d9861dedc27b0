/** What Linkerd's policies come to at one port of a workload: the Server that selects it, else the workload's default policy. */

import type { JsonObject } from '@bufbuild/protobuf';
import { type ProxyProtocol, type Resource, selectsLabels } from '@weft/model';
import type { Context } from '../context.ts';
import { trustDomainsOf } from '../policies/applied.ts';
import type { PermissionInit } from '../policies/rbac/predicate.ts';
import { builtIn, notice, provenanceOf, weftStruct } from '../provenance.ts';
import { type Grant, type GrantScope, ofAccessPolicy, ofAuthorizationPolicy, ofServerAuthorization } from './grants.ts';
import { isOfServer, type NamespacePolicies, type ServerRoute } from './namespace-policies.ts';
import { anyOfThem, anyone, fromNetworks, loopback } from './principals.ts';
import { limitOrigins } from './rate-limit.ts';
import type { Judgement } from './rules.ts';
import { defaultPolicyOf, isPod, namedPorts, probeRequests } from './workload.ts';

/** A route that is attached to the Server, with all who may use it. */
export interface GuardedRoute {
  readonly route: ServerRoute;
  readonly judgement: Judgement;
}

export interface PortGuard {
  /** Of connections, and of requests where no route is attached. */
  readonly judgement: Judgement;
  /** Oldest first; empty: none is attached, and every request has its way. */
  readonly routes: readonly GuardedRoute[];
  readonly rateLimit: Resource<'HTTPLocalRateLimitPolicy'> | undefined;
  /** As the Server says it. */
  readonly protocol: ProxyProtocol | undefined;
  /** Where each grant was written, by its name in RBAC filters. */
  readonly origins: Readonly<Record<string, JsonObject>>;
  readonly notices: readonly string[];
}

/** A port as a Server refers to it. */
export interface WorkloadPort {
  /** Where the application listens; 0: ports that nobody declared. */
  readonly number: number;
  /** Empty where it has none. */
  readonly name: string;
}

/** Nothing where everyone may do everything. */
export function portGuard(context: Context, port: WorkloadPort): PortGuard | undefined {
  if (context.proxy.type !== 'sidecar') return undefined;
  const policies = context.world.linkerd.of(context.proxy.namespace);
  const scope = grantScope(context);
  const [server, ...others] = policies === undefined ? [] : serversOf(context, policies, port);
  if (policies === undefined || server === undefined) return defaultGuard(context, scope, port);
  const made = serverGuard(context, policies, server, scope, port);
  const ignored = others.map((other) =>
    notice(
      provenanceOf(other, 'port'),
      `the port is that of Server ${server.name} already; this one is not used there`,
    ),
  );
  return { ...made, notices: [...made.notices, ...ignored] };
}

/** Ports by number that Servers of the workload name, in order. */
export function servedPorts(context: Context): readonly number[] {
  const policies = context.world.linkerd.of(context.proxy.namespace);
  const ports = (policies?.servers ?? []).flatMap((server) =>
    typeof server.spec.port === 'number' && selects(context, server) ? [server.spec.port] : [],
  );
  return [...new Set(ports)].sort((a, b) => a - b);
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

function grantScope({ world, proxy }: Context): GrantScope {
  const onLoopback = [proxy.address, ...proxy.addresses].some(
    (address) => address.startsWith('127.') || address === '::1',
  );
  return { domains: trustDomainsOf({ world }), onLoopback };
}

function defaultGuard(context: Context, scope: GrantScope, port: WorkloadPort): PortGuard | undefined {
  const found = defaultPolicyOf(context);
  if (found === undefined || found.policy === 'all-unauthenticated') return undefined;
  const { policy, from } = found;
  const grants = [
    ofAccessPolicy(policy, `linkerd-default[${policy}]`, from, scope),
    ...ownGrants(scope),
    ...probeGrants(context, port),
  ];
  return {
    judgement: { grants, audit: policy === 'audit' },
    routes: [],
    rateLimit: undefined,
    protocol: undefined,
    origins: originsOf(grants),
    notices: [],
  };
}

function serverGuard(
  context: Context,
  policies: NamespacePolicies,
  server: Resource<'Server'>,
  scope: GrantScope,
  port: WorkloadPort,
): PortGuard {
  const { accessPolicy = 'deny', proxyProtocol } = server.spec;
  const notices: string[] = [];
  const granted = (matches: (policy: NamespacePolicies['authorizationPolicies'][number]) => boolean): Grant[] =>
    policies.authorizationPolicies.filter(matches).flatMap((policy) => {
      const grant = ofAuthorizationPolicy(policy, scope, policies.authentications);
      if (typeof grant !== 'string') return [grant];
      notices.push(grant);
      return [];
    });
  const byServer = [
    ofAccessPolicy(
      accessPolicy,
      `linkerd-server[${server.namespace}/${server.name}]`,
      provenanceOf(server, server.spec.accessPolicy === undefined ? '' : 'accessPolicy'),
      scope,
    ),
    ...ownGrants(scope),
    ...policies.serverAuthorizations
      .filter((policy) => isFor(policy, server))
      .map((policy) => ofServerAuthorization(policy, scope)),
    ...granted(
      ({ spec: { targetRef } }) =>
        targetRef.kind === 'Namespace' || (targetRef.kind === 'Server' && targetRef.name === server.name),
    ),
  ];
  const audit = accessPolicy === 'audit';
  const attached = policies.routes.filter((route) => isOfServer(route, server.name));
  const usable = attached.filter(({ kind }) => (kind === 'GRPCRoute') === (proxyProtocol === 'gRPC'));
  for (const route of attached) {
    if (!usable.includes(route)) notices.push(unusable(route, server));
  }
  const routes = usable.map((route) => ({
    route,
    judgement: { grants: [...byServer, ...granted(({ spec }) => isTarget(spec.targetRef, route))], audit },
  }));
  const grants = routes.length > 0 ? byServer : [...byServer, ...probeGrants(context, port)];
  const [rateLimit, ...more] = policies.rateLimits.filter(({ spec }) => spec.targetRef.name === server.name);
  for (const other of more) {
    notices.push(
      notice(
        provenanceOf(other, 'targetRef'),
        `${rateLimit?.name ?? ''} limits this Server already; this one is not used`,
      ),
    );
  }
  const all = [...grants, ...routes.flatMap(({ judgement }) => judgement.grants)];
  const origins = { ...originsOf(all), ...(rateLimit === undefined ? {} : limitOrigins(rateLimit)) };
  return { judgement: { grants, audit }, routes, rateLimit, protocol: proxyProtocol, origins, notices };
}

function isFor({ spec }: Resource<'ServerAuthorization'>, server: Resource<'Server'>): boolean {
  if (spec.server.name !== undefined) return spec.server.name === server.name;
  return spec.server.selector !== undefined && selectsLabels(spec.server.selector, server.labels);
}

function isTarget(
  { group = '', kind, name }: NamespacePolicies['authorizationPolicies'][number]['spec']['targetRef'],
  route: ServerRoute,
): boolean {
  const own = group === 'policy.linkerd.io' ? `${kind}.${group}` : kind;
  return own === route.kind && name === route.name;
}

function unusable(route: ServerRoute, server: Resource<'Server'>): string {
  const wanted = server.spec.proxyProtocol === 'gRPC' ? 'of gRPC has GRPCRoutes' : 'that is not of gRPC has HTTPRoutes';
  return notice(
    provenanceOf(route as Resource, 'parentRefs'),
    `a Server ${wanted} alone; ${server.name} does not use it`,
  );
}

/** What is called from inside of the workload needs no leave, as long as only the workload itself is there. */
function ownGrants({ onLoopback }: GrantScope): readonly Grant[] {
  if (onLoopback) return [];
  const from = builtIn('a workload may call itself');
  return [{ name: 'linkerd-workload[loopback]', from, who: anyOfThem(fromNetworks(loopback)) }];
}

function probeGrants(context: Context, port: WorkloadPort): readonly Grant[] {
  const paths = probeRequests(context).filter((probe) => probe.port === port.number);
  const [first, ...more] = [...new Set(paths.map(({ path }) => path))].sort();
  if (first === undefined) return [];
  const from = builtIn('the probes of the Pod');
  return [{ name: 'linkerd-workload[probe]', from, who: anyone, what: getOf([first, ...more]) }];
}

function getOf(paths: readonly string[]): PermissionInit {
  const rules: PermissionInit[] = paths.map((path) => ({
    rule: { case: 'urlPath', value: { rule: { case: 'path', value: exactly(path) } } },
  }));
  const get: PermissionInit = {
    rule: {
      case: 'header',
      value: { name: ':method', headerMatchSpecifier: { case: 'stringMatch', value: exactly('GET') } },
    },
  };
  return { rule: { case: 'andRules', value: { rules: [get, { rule: { case: 'orRules', value: { rules } } }] } } };
}

function exactly(value: string) {
  return { matchPattern: { case: 'exact' as const, value } };
}

function originsOf(grants: readonly Grant[]): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(grants.map(({ name, from }) => [name, weftStruct(from)]));
}
