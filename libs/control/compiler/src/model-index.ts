/** The model by host, made once per model: what rules there are for a name, oldest first. */

import { compareByAge, type MeshConfig, type Model, type Resource, resolveHost } from '@weft/model';
import { type BackendTlsIndex, indexBackendTls } from './clusters/backend-tls.ts';
import { type AccrualIndex, indexAccruals } from './clusters/failure-accrual.ts';
import { type ServiceSessions, serviceSessions } from './service-sessions.ts';
import { translatedGateways } from './translated/gateway-resources.ts';
import { ingressGateways, ingressRouting } from './translated/ingresses.ts';
import { translatedRules } from './translated/translated-rules.ts';
import { mergedRules } from './virtual-services/delegates.ts';
import { type PlacedRule, qualifiedGateway } from './virtual-services/placed-rule.ts';

export interface IndexedVirtualService {
  readonly resource: Resource<'VirtualService'>;
  /** Expanded and in lower case. */
  readonly hosts: readonly string[];
  readonly mesh: boolean;
  /** "ns/name" of Gateways. */
  readonly gateways: ReadonlySet<string>;
  /** Its HTTP rules, those of its delegates in place. */
  readonly rules: readonly PlacedRule[];
  /** What of its delegates could not be done as written. */
  readonly notices: readonly string[];
}

export interface IndexedDestinationRule {
  readonly resource: Resource<'DestinationRule'>;
  /** Expanded and in lower case. */
  readonly host: string;
}

export interface ModelIndex {
  /** Istio's, oldest first; then those of other APIs, which stand in for one. */
  readonly virtualServices: readonly IndexedVirtualService[];
  readonly gateways: readonly Resource<'Gateway'>[];
  /** Namespace → rules, oldest first. */
  readonly destinationRules: ReadonlyMap<string, readonly IndexedDestinationRule[]>;
  readonly backendTls: BackendTlsIndex;
  /** Whether any rule or service asks for sessions: then listeners have a filter for them. */
  readonly hasSessions: boolean;
  /** Sessions that services ask for themselves. */
  readonly sessions: ServiceSessions;
  /** Circuit breaking by annotation of a Service. */
  readonly accruals: AccrualIndex;
  /** The VirtualServices and DestinationRules themselves: what routes are made from, for the cache. */
  readonly routingInputs: readonly object[];
}

/**
 * @param canonical turns an expanded host into the name that the registry knows it by.
 * @param mesh what VirtualServices that say nothing are exported to, and which Ingresses are ours.
 */
export function indexModel(
  model: Model,
  domain: string,
  canonical: (host: string) => string,
  mesh: MeshConfig,
): ModelIndex {
  const expand = (host: string, namespace: string): string =>
    canonical(resolveHost(host, namespace, domain).toLowerCase());
  const lookup = {
    domain,
    canonical,
    defaultExportTo: mesh.defaultVirtualServiceExportTo,
    virtualService: (namespace: string, name: string) => model.get('VirtualService', namespace, name),
  };
  const virtualServices = [...model.byKind('VirtualService')].sort(compareByAge).map((resource) => ({
    resource,
    hosts: resource.spec.hosts.map((host) => expand(host, resource.namespace)),
    mesh: resource.spec.gateways.includes('mesh'),
    gateways: new Set(
      resource.spec.gateways.filter((name) => name !== 'mesh').map((name) => gatewayKey(name, resource.namespace)),
    ),
    ...mergedRules(resource, lookup),
  }));
  const destinationRules = new Map<string, IndexedDestinationRule[]>();
  const rules = [...model.byKind('DestinationRule')].sort(compareByAge);
  for (const resource of rules) {
    const list = destinationRules.get(resource.namespace) ?? [];
    list.push({ resource, host: expand(resource.spec.host, resource.namespace) });
    destinationRules.set(resource.namespace, list);
  }
  const followed = [...virtualServices, ...translatedRules(model, lookup), ...ingressRouting(model, mesh, lookup)];
  const sessions = serviceSessions(model, domain);
  return {
    virtualServices: followed,
    gateways: [
      ...[...model.byKind('Gateway')].sort(compareByAge),
      ...translatedGateways(model),
      ...ingressGateways(model, mesh),
    ],
    destinationRules,
    backendTls: indexBackendTls(model),
    hasSessions:
      sessions.byHost.size > 0 ||
      followed.some(({ rules: placed }) => placed.some(({ rule }) => rule.session !== undefined)),
    sessions,
    accruals: indexAccruals(model, domain),
    routingInputs: [...followed.map(({ resource }) => resource), ...rules, ...sessions.resources],
  };
}

/** "ns/name" of a Gateway as a VirtualService of a namespace names it. */
export function gatewayKey(name: string, namespace: string): string {
  return qualifiedGateway(name, namespace);
}

/** True when `pattern` ("*", "*.example.com" or a name) covers `host`, which may itself be a pattern. */
export function hostCovers(pattern: string, host: string): boolean {
  if (pattern === host || pattern === '*') return true;
  return pattern.startsWith('*') && host.length > pattern.length - 1 && host.endsWith(pattern.slice(1));
}

/**
 * The most specific of the candidates for a host: a name before a pattern, a long pattern before a short one, an early candidate before a late one.
 */
export function mostSpecific<T>(
  candidates: readonly T[],
  host: string,
  hostsOf: (candidate: T) => readonly string[],
): { readonly candidate: T; readonly pattern: string } | undefined {
  let best: { candidate: T; pattern: string } | undefined;
  for (const candidate of candidates) {
    for (const pattern of hostsOf(candidate)) {
      if (!hostCovers(pattern, host)) continue;
      if (best === undefined || specificity(pattern) > specificity(best.pattern)) best = { candidate, pattern };
    }
  }
  return best;
}

function specificity(pattern: string): number {
  return pattern.startsWith('*') ? pattern.length : Number.MAX_SAFE_INTEGER;
}
