/** What a proxy would do with a request, from compiled resources alone: the answer of a sidecar's /explain without a sidecar. */

import type { JsonObject } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import type { ProxyDescription } from '@weft/control-registry';
import type { Provenance } from '@weft/kernel';
import type { Cluster } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { HealthStatus } from '@weft/xds-messages/envoy/config/core/v3/health_check';
import type { LbEndpoint } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint_components';
import type { Route, RouteAction, RouteMatch } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { UpstreamTlsContextSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import type { AskedRequest } from './evaluate/asked-request.ts';
import { clientRoutes } from './evaluate/client-side.ts';
import type { DecodedSnapshot } from './evaluate/decoded-snapshot.ts';
import { replaceAll } from './evaluate/regex.ts';
import { routeOf } from './evaluate/route-match.ts';

/** As a sidecar's admin port answers (interfaces.md, section 4). */
export interface ExplainedRequest {
  readonly listener: string;
  /** Empty: nobody takes the host. */
  readonly virtualHost: string;
  readonly route: { readonly name: string; readonly from: Provenance } | undefined;
  readonly targets: readonly ExplainedTarget[];
  /** 0: none. */
  readonly timeoutMs: number;
  /** "path → /new, authority → other"; empty: nothing changes. */
  readonly rewrite: string;
  readonly identity: { readonly own: string; readonly expected: readonly string[] };
  readonly result: 'forward' | 'redirect' | 'direct' | 'no-route';
}

export interface ExplainedTarget {
  readonly cluster: string;
  readonly weight: number;
  readonly from: Provenance;
  readonly endpoints: readonly {
    readonly address: string;
    readonly healthy: boolean;
    readonly workload: string;
    readonly identity: string;
  }[];
}

export function explainRequest(
  snapshot: DecodedSnapshot,
  proxy: Pick<ProxyDescription, 'namespace' | 'serviceAccount' | 'trustDomain'>,
  request: AskedRequest,
): ExplainedRequest {
  const { namespace, serviceAccount, trustDomain } = proxy;
  const own = serviceAccount === '' ? '' : `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
  const found = clientRoutes(snapshot, request);
  const { virtualHost, route } =
    found === undefined ? { virtualHost: undefined, route: undefined } : routeOf(found.configuration, request);
  const base = {
    listener: found?.listener ?? '',
    virtualHost: virtualHost?.name ?? '',
    route: route === undefined ? undefined : { name: route.name, from: fromOf(route) },
    targets: [],
    timeoutMs: 0,
    rewrite: '',
    identity: { own, expected: [] },
  };
  const { action } = route ?? {};
  if (route === undefined || action === undefined) return { ...base, result: 'no-route' };
  if (action.case === 'directResponse') return { ...base, result: 'direct' };
  if (action.case === 'redirect') return { ...base, result: 'redirect' };
  if (action.case !== 'route') return { ...base, result: 'no-route' };
  const places = listOfProvenance(weftOf(route)['targets']);
  const targets = targetsOf(action.value).map(({ cluster, weight }, index) =>
    explainTarget(snapshot, cluster, weight, places[index] ?? fromOf(route)),
  );
  const expected = [
    ...new Set(targets.flatMap(({ endpoints }) => endpoints.flatMap(({ identity }) => splitIdentity(identity)))),
  ];
  const { timeout } = action.value;
  return {
    ...base,
    targets,
    timeoutMs: timeout === undefined ? 0 : Number(timeout.seconds) * 1000 + Math.round(timeout.nanos / 1e6),
    rewrite: rewriteOf(action.value, route.match, request.path),
    identity: { own, expected },
    result: 'forward',
  };
}

/** Clusters of a route with their weights; one alone has weight 1. */
export function targetsOf({
  clusterSpecifier,
}: RouteAction): readonly { readonly cluster: string; readonly weight: number }[] {
  if (clusterSpecifier.case === 'cluster') return [{ cluster: clusterSpecifier.value, weight: 1 }];
  if (clusterSpecifier.case !== 'weightedClusters') return [];
  return clusterSpecifier.value.clusters.map(({ name, weight }) => ({ cluster: name, weight: weight?.valueOf() ?? 0 }));
}

/** Where a route is written. */
export function fromOf(route: Route): Provenance {
  return provenanceFrom(weftOf(route));
}

function weftOf({ metadata }: Route): JsonObject {
  return metadata?.filterMetadata['weft'] ?? {};
}

/** Of a resource's metadata for Weft. */
export function provenanceFrom(weft: JsonObject): Provenance {
  const text = (key: string): string => (typeof weft[key] === 'string' ? weft[key] : '');
  const line = typeof weft['line'] === 'number' ? weft['line'] : 0;
  return { resource: text('resource'), file: text('file'), line, rule: text('rule') };
}

function listOfProvenance(value: unknown): readonly Provenance[] {
  return Array.isArray(value) ? value.map((item) => provenanceFrom(item as JsonObject)) : [];
}

function splitIdentity(identity: string): readonly string[] {
  return identity === '' ? [] : identity.split(' or ');
}

function explainTarget(snapshot: DecodedSnapshot, cluster: string, weight: number, from: Provenance): ExplainedTarget {
  const message = snapshot.clusters.get(cluster);
  const named = snapshot.endpoints.get(message?.edsClusterConfig?.serviceName || cluster) ?? message?.loadAssignment;
  const identities = message === undefined ? [] : expectedIdentities(message);
  const endpoints = (named?.endpoints ?? []).flatMap(({ lbEndpoints }) =>
    lbEndpoints.map((endpoint) => explainEndpoint(endpoint, identities)),
  );
  return { cluster, weight, from, endpoints };
}

function explainEndpoint(endpoint: LbEndpoint, identities: readonly string[]): ExplainedTarget['endpoints'][number] {
  const workload = endpoint.metadata?.filterMetadata['istio']?.['workload'];
  const mutual = endpoint.metadata?.filterMetadata['envoy.transport_socket_match']?.['tlsMode'] === 'istio';
  return {
    address: addressOf(endpoint),
    healthy: endpoint.healthStatus === HealthStatus.HEALTHY || endpoint.healthStatus === HealthStatus.UNKNOWN,
    workload: typeof workload === 'string' ? (workload.split(';')[0] ?? '') : '',
    identity: mutual ? identities.join(' or ') : '',
  };
}

function addressOf({ hostIdentifier }: LbEndpoint): string {
  const address = hostIdentifier.case === 'endpoint' ? hostIdentifier.value.address?.address : undefined;
  if (address?.case === 'pipe') return address.value.path;
  if (address?.case !== 'socketAddress') return '';
  const { address: host, portSpecifier } = address.value;
  return `${host}:${portSpecifier.case === 'portValue' ? portSpecifier.value : 0}`;
}

/** SPIFFE URIs that the mesh's TLS of a cluster expects. */
function expectedIdentities({ transportSocketMatches }: Cluster): readonly string[] {
  return transportSocketMatches.flatMap(({ transportSocket }) => {
    const packed = transportSocket?.configType.case === 'typedConfig' ? transportSocket.configType.value : undefined;
    const context = packed && anyUnpack(packed, UpstreamTlsContextSchema)?.commonTlsContext;
    const validation = context?.validationContextType;
    if (validation?.case !== 'combinedValidationContext') return [];
    return (validation.value.defaultValidationContext?.matchTypedSubjectAltNames ?? []).flatMap(({ matcher }) =>
      matcher?.matchPattern.case === 'exact' ? [matcher.matchPattern.value] : [],
    );
  });
}

function rewriteOf(action: RouteAction, match: RouteMatch | undefined, path: string): string {
  const rewritten = rewrittenPath(action, match, path);
  const host = action.hostRewriteSpecifier.case === 'hostRewriteLiteral' ? action.hostRewriteSpecifier.value : '';
  return [...(rewritten === path ? [] : [`path → ${rewritten}`]), ...(host === '' ? [] : [`authority → ${host}`])].join(
    ', ',
  );
}

/** A prefix is replaced, an exact path or a pattern as a whole. */
function rewrittenPath(
  { prefixRewrite, regexRewrite }: RouteAction,
  match: RouteMatch | undefined,
  path: string,
): string {
  if (regexRewrite?.pattern !== undefined)
    return replaceAll(regexRewrite.pattern.regex, path, regexRewrite.substitution);
  if (prefixRewrite === '') return path;
  const specifier = match?.pathSpecifier;
  if (specifier?.case !== 'prefix' && specifier?.case !== 'pathSeparatedPrefix') return prefixRewrite;
  return prefixRewrite + path.slice(specifier.value.length);
}
