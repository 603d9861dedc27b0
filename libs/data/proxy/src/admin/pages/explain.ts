/** `/explain`: what this proxy would do with a request, answered by the very tables that requests run on. */

import type {
  Cluster,
  Endpoint,
  Exchange,
  ForwardAction,
  HttpHandlerTable,
  ListenerTable,
  RouteRequest,
  RouteTarget,
  Tables,
} from '@weft/data-runtime';
import type { Provenance } from '@weft/kernel';
import type { AdminView } from '../admin-view.ts';
import { json, type SideAnswer, type SideRequest, text } from '../side-server.ts';
import { askedExchange } from './asked-exchange.ts';
import { type ClusterFacts, clusterFacts, mergeClusterFacts } from './cluster-facts.ts';
import { reasonOf } from './endpoint-reason.ts';

export const explainLimits = {
  /** UTF-16 units of `?url=`. */
  urlLengthMax: 8_192,
  headersMax: 100,
} as const;

/** interfaces.md, section 4. */
export interface Explanation {
  readonly request: { readonly method: string; readonly authority: string; readonly path: string };
  readonly listener: string | null;
  readonly virtualHost: string | null;
  readonly route: { readonly name: string; readonly from: Provenance } | null;
  readonly targets: readonly ExplainedTarget[];
  readonly timeoutMs: number;
  readonly rewrite: { readonly path?: string; readonly authority?: string } | null;
  readonly identity: { readonly own: string; readonly expected: readonly string[] };
  readonly result: 'forward' | 'redirect' | 'direct' | 'no-route';
  /** Of a redirect or a direct answer. */
  readonly status?: number;
  readonly location?: string;
}

interface ExplainedTarget {
  readonly cluster: string;
  readonly weight: number;
  readonly from: Provenance;
  readonly endpoints: readonly {
    readonly address: string;
    /** False: balancing leaves it out, as long as others suffice. */
    readonly healthy: boolean;
    /** Why it is not healthy, with where the rule stands. */
    readonly reason?: string;
    readonly workload: string;
    /** SPIFFE URIs of which the endpoint must show one; empty: plain text. */
    readonly identity: string;
  }[];
}

interface AskedRequest extends RouteRequest {
  /** Flat. */
  readonly fields: readonly string[];
}

/** CONNECT is what clients of gRPC and other tunnelled ports send: `?method=CONNECT&url=host:port`. */
export function explainPage(view: AdminView, request: SideRequest): SideAnswer {
  const { query } = request;
  const asked = readRequest(query.get('method') ?? 'GET', query.get('url') ?? '', query.getAll('header'));
  if (typeof asked === 'string') return text(400, `${asked}\n`);
  const explanation = explain(view.tables, view.identity()?.uri ?? '', asked);
  const workers = view.workers?.();
  if (workers === undefined) return json(200, explanation);
  const own = clusterFacts(view);
  return {
    ...json(200, {}),
    body: '',
    more: (done) =>
      workers.clusters((others) => done(JSON.stringify(withHealth(explanation, mergeClusterFacts(own, others))))),
  };
}

/** The health that those have found who send the requests. */
function withHealth(explanation: Explanation, clusters: readonly ClusterFacts[]): Explanation {
  const byName = new Map(clusters.map((cluster) => [cluster.name, cluster.endpoints]));
  const targets = explanation.targets.map((target) => {
    const found = new Map(byName.get(target.cluster)?.map((endpoint) => [endpoint.hostPort, endpoint]));
    const endpoints = target.endpoints.map((endpoint) => {
      const reason = found.get(endpoint.address)?.reason;
      return reason === undefined ? endpoint : { ...endpoint, healthy: false, reason };
    });
    return { ...target, endpoints };
  });
  return { ...explanation, targets };
}

/** The same for programs: @param own SPIFFE URI of this proxy, or empty. */
export function explain(tables: Tables, own: string, request: AskedRequest): Explanation {
  const exchange = askedExchange(request, request.fields);
  const listener = listenerFor(tables, request.authority);
  const routes = httpHandlerOf(listener)?.routes.current;
  const found = routes?.match(request);
  // The request path refuses a route of the other kind in the same way.
  const route = found?.connect === (request.method === 'CONNECT') ? found : undefined;
  const base = {
    request: { method: request.method, authority: request.authority, path: request.path },
    listener: listener?.name ?? null,
    virtualHost: routes?.virtualHostOf(request.authority)?.name ?? null,
    route: route === undefined ? null : { name: route.name, from: route.from },
    targets: [],
    timeoutMs: 0,
    rewrite: null,
    identity: { own, expected: [] },
  };
  if (route === undefined) return { ...base, result: 'no-route' };
  const { action } = route;
  if (action.kind === 'direct') return { ...base, result: 'direct', status: action.status };
  if (action.kind === 'redirect') {
    const location = action.location(exchange);
    return { ...base, result: 'redirect', status: action.status, location };
  }
  const expected = new Set(action.targets.flatMap(expectedOf));
  return {
    ...base,
    targets: action.targets.map(explainTarget),
    timeoutMs: action.timeoutMs,
    rewrite: rewriteOf(action, exchange),
    identity: { own, expected: [...expected] },
    result: 'forward',
  };
}

/** The first of its chains that speaks HTTP. */
function httpHandlerOf(listener: ListenerTable | undefined): HttpHandlerTable | undefined {
  if (listener === undefined) return undefined;
  const chains = listener.defaultChain === undefined ? listener.chains : [...listener.chains, listener.defaultChain];
  for (const { handler } of chains) if (handler.kind === 'http') return handler;
  return undefined;
}

/** The listener that applications, or clients outside, would send this to. */
function listenerFor(tables: Tables, authority: string): ListenerTable | undefined {
  const outward = [...tables.listeners.values()].filter(({ direction }) => direction !== 'inbound');
  const port = Number(/:(\d+)$/.exec(authority)?.[1] ?? 80);
  const http = outward.filter((listener) => httpHandlerOf(listener) !== undefined);
  return http.find((listener) => listener.port === port) ?? http[0] ?? outward[0];
}

function explainTarget(target: RouteTarget): ExplainedTarget {
  const cluster = target.cluster.current;
  return {
    cluster: target.clusterName,
    weight: target.weight,
    from: target.from,
    endpoints: cluster?.endpoints.map((endpoint) => explainEndpoint(cluster, endpoint)) ?? [],
  };
}

function explainEndpoint(cluster: Cluster, endpoint: Endpoint): ExplainedTarget['endpoints'][number] {
  const { hostPort, healthy, ejected, workload, tls } = endpoint;
  const reason = reasonOf(cluster, endpoint);
  return {
    address: hostPort,
    healthy: healthy && !ejected,
    ...(reason === undefined ? {} : { reason }),
    workload: workload.workload,
    identity: tls?.expectedUris.join(' or ') ?? '',
  };
}

function expectedOf(target: RouteTarget): readonly string[] {
  return (target.cluster.current?.endpoints ?? []).flatMap(({ tls }) => tls?.expectedUris ?? []);
}

function rewriteOf(action: ForwardAction, exchange: Exchange): Explanation['rewrite'] {
  const rewritten = action.rewritePath?.(exchange.path, exchange);
  const authority = action.rewriteAuthority?.(exchange);
  const changes = {
    ...(rewritten === undefined || rewritten === exchange.path ? {} : { path: rewritten }),
    ...(authority === undefined ? {} : { authority }),
  };
  return Object.keys(changes).length === 0 ? null : changes;
}

/** @returns a sentence where something is wrong with it. */
function readRequest(method: string, url: string, fields: readonly string[]): AskedRequest | string {
  if (!/^[A-Za-z]{1,32}$/.test(method)) return '?method= is the method of a request, as GET';
  if (url === '' || url.length > explainLimits.urlLengthMax) return '?url= is a URL, as http://payment.shop/charge';
  if (fields.length > explainLimits.headersMax) return `at most ${explainLimits.headersMax} ?header=`;
  const full = url.includes('://') ? url : `http://${url}`;
  if (!URL.canParse(full)) return '?url= is a URL, as http://payment.shop/charge';
  const headers = new Map<string, string>();
  for (const field of fields) {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)$/.exec(field);
    if (match === null) return '?header= is name:value';
    const name = (match[1] ?? '').toLowerCase();
    const value = (match[2] ?? '').trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  const { host, pathname, search, port } = new URL(full);
  const upper = method.toUpperCase();
  const connect = upper === 'CONNECT';
  // URL drops the port that the scheme implies, which clients do as well; a tunnel's target always has one.
  const authority = connect && port === '' ? `${host}:${full.startsWith('https:') ? 443 : 80}` : host;
  return {
    method: upper,
    authority: headers.get('host')?.toLowerCase() ?? authority,
    path: connect ? '' : pathname,
    query: connect ? '' : search.slice(1),
    scheme: full.startsWith('https:') ? 'https' : 'http',
    fields: [...headers].flat(),
    header: (name) => (name === ':method' ? upper : name === ':authority' ? authority : headers.get(name)),
  };
}
