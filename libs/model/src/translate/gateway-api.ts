/** HTTPRoute and GRPCRoute of the Gateway API, and Linkerd's HTTPRoute → rules in the form of a VirtualService's. */

import { backendProblem } from '../kinds/gateway-api/backend-resolution.ts';
import type { GrpcRouteMatch } from '../kinds/gateway-api/grpc-route/spec.ts';
import type { HttpRouteMatch, HttpRouteRule } from '../kinds/gateway-api/http-route/spec.ts';
import type { BackendObjectReference, BackendReference } from '../kinds/gateway-api/references.ts';
import type { NamedMatch, RouteFilter } from '../kinds/gateway-api/route-filters.ts';
import type { HttpRetry } from '../kinds/virtual-service/http-policy-spec.ts';
import type { HttpMatch, HttpRouteDestination, HttpRule, StringMatch } from '../kinds/virtual-service/http-spec.ts';
import type { Destination } from '../kinds/virtual-service/spec.ts';
import type { Model } from '../model.ts';
import type { Resource } from '../resource.ts';
import { backendDestination } from './backend-destination.ts';
import { quoteRegex } from './path-rewrite.ts';
import { filtersOf, headersOf } from './route-filters.ts';
import { invalidBackendHost, type TranslatedRule } from './translated-rule.ts';

export type TranslatableRoute = Resource<'HTTPRoute'> | Resource<'GRPCRoute'> | Resource<'HTTPRoute.policy.linkerd.io'>;

type AnyMatch = HttpRouteMatch | GrpcRouteMatch;
type AnyRule = HttpRouteRule & { readonly matches?: readonly AnyMatch[] };

const attemptsDefault = 2;
const retryWords = 'connect-failure,refused-stream,unavailable,cancelled';

/**
 * One rule a match, in the order of the resource (`byPrecedence` puts them into the order of the Gateway API, with those of other routes).
 * Hosts and listeners are not in here: `attachRoute` knows them.
 * A backend that may not be named or is none goes to `invalidBackendHost`; where none is left, the answer is 500 (503 to gRPC).
 * @param domain of the mesh ("cluster.local").
 */
export function translateRoute(model: Model, route: TranslatableRoute, domain: string): readonly TranslatedRule[] {
  const grpc = route.kind === 'GRPCRoute';
  const written = route.spec.rules as readonly AnyRule[];
  const rules: readonly AnyRule[] = written.length === 0 ? [{}] : written;
  return rules.flatMap((rule, index) => {
    const path = `spec.rules[${index}]`;
    const matches: readonly (AnyMatch | undefined)[] =
      rule.matches === undefined || rule.matches.length === 0 ? [undefined] : rule.matches;
    return matches.map((match, at) => {
      const translated =
        match === undefined
          ? undefined
          : grpc
            ? grpcMatch(match as GrpcRouteMatch)
            : httpMatch(match as HttpRouteMatch);
      const conditional = translated !== undefined && Object.keys(translated).length > 0;
      return {
        path: match === undefined ? path : `${path}.matches[${at}]`,
        rule: {
          ...(rule.name === undefined ? {} : { name: rule.name }),
          ...(conditional ? { match: [translated] } : {}),
          ...actionOf(model, route, rule, prefixOf(match), domain),
          ...sessionOf(route, rule, index),
        },
      };
    });
  });
}

const prefixOf = (match: AnyMatch | undefined): string =>
  match !== undefined && 'path' in match ? (match.path?.value ?? '/') : '/';

function actionOf(
  model: Model,
  route: TranslatableRoute,
  rule: AnyRule,
  prefix: string,
  domain: string,
): Partial<HttpRule> {
  const problemOf = (backend: BackendObjectReference) =>
    backendProblem(
      model,
      { kind: route.kind === 'GRPCRoute' ? 'GRPCRoute' : 'HTTPRoute', namespace: route.namespace },
      backend,
    );
  const destinationOf = (backend: BackendObjectReference): Destination | undefined => {
    const reason = problemOf(backend)?.reason;
    return reason === undefined || reason === 'BackendNotFound'
      ? backendDestination(backend, route.namespace, domain)
      : undefined;
  };
  const backends = (rule.backendRefs ?? []).filter(({ weight = 1 }) => weight > 0);
  const filters = filtersOf([...(rule.filters ?? []), ...filtersOfOnly(backends)], prefix, destinationOf);
  if (filters.redirect !== undefined) {
    return { ...ofAnswers(filters), redirect: filters.redirect };
  }
  const usable = backends.some((backend) => problemOf(backend) === undefined);
  if (!usable) return { ...ofAnswers(filters), directResponse: { status: route.kind === 'GRPCRoute' ? 503 : 500 } };
  return { ...filters, route: destinationsOf(backends, destinationOf), ...timesOf(rule) };
}

/** A route's own name for its session: two rules must not share one. */
function sessionOf(
  { namespace, name }: TranslatableRoute,
  { sessionPersistence }: AnyRule,
  index: number,
): Pick<HttpRule, 'session'> {
  if (sessionPersistence === undefined) return {};
  const { sessionName, type, cookieConfig, absoluteTimeoutMs } = sessionPersistence;
  const lasts = cookieConfig?.lifetimeType === 'Permanent' && absoluteTimeoutMs !== undefined;
  return {
    session: {
      carrier: type === 'Header' ? 'header' : 'cookie',
      name: sessionName ?? `session-${namespace}-${name}-${index}`,
      ...(lasts ? { ttlMs: absoluteTimeoutMs } : {}),
    },
  };
}

/** Rewrites and mirrors of the one backend are those of the rule; a proxy knows none of a share of the requests. */
function filtersOfOnly(backends: readonly { readonly filters?: readonly RouteFilter[] }[]): readonly RouteFilter[] {
  const [only] = backends;
  if (backends.length !== 1) return [];
  return (only?.filters ?? []).filter(({ type }) => type === 'URLRewrite' || type === 'RequestMirror');
}

/** Rewrites and mirrors need a destination; headers and CORS hold for an answer of our own too. */
function ofAnswers({ headers, corsPolicy }: Partial<HttpRule>): Partial<HttpRule> {
  return { ...(headers === undefined ? {} : { headers }), ...(corsPolicy === undefined ? {} : { corsPolicy }) };
}

function destinationsOf(
  backends: readonly (BackendReference & { readonly filters?: readonly RouteFilter[] })[],
  destinationOf: (backend: BackendObjectReference) => Destination | undefined,
): readonly HttpRouteDestination[] {
  return backends.map((backend) => {
    const headers = headersOf(backend.filters ?? []);
    return {
      destination: destinationOf(backend) ?? { host: invalidBackendHost },
      weight: backend.weight ?? 1,
      ...(headers === undefined ? {} : { headers }),
    };
  });
}

/** A time limit of 0 is none. Without `retry`, a limit of each try comes with the mesh's own number of tries. */
function timesOf({ timeouts = {}, retry }: AnyRule): Pick<HttpRule, 'timeoutMs' | 'retries'> {
  const { requestMs = 0, backendRequestMs = 0 } = timeouts;
  const perTry = backendRequestMs > 0 ? { perTryTimeoutMs: backendRequestMs } : {};
  const words = [retryWords, ...(retry?.codes ?? []).map(String)].join(',');
  const retries: HttpRetry | undefined =
    retry !== undefined
      ? {
          attempts: retry.attempts ?? attemptsDefault,
          retryOn: words,
          ...(retry.backoffMs === undefined || retry.backoffMs === 0 ? {} : { backoffMs: retry.backoffMs }),
          ...perTry,
        }
      : backendRequestMs > 0
        ? { attempts: attemptsDefault, ...perTry }
        : undefined;
  return {
    ...(requestMs > 0 ? { timeoutMs: requestMs } : {}),
    ...(retries === undefined ? {} : { retries }),
  };
}

/** Empty where it takes everything. */
function httpMatch({ path, headers, queryParams, method }: HttpRouteMatch): HttpMatch {
  return {
    ...pathMatch(path),
    ...(method === undefined ? {} : { method: { exact: method } }),
    ...namedMatches('headers', headers),
    ...namedMatches('queryParams', queryParams),
  };
}

function pathMatch(path: HttpRouteMatch['path']): Pick<HttpMatch, 'uri' | 'pathPrefix'> {
  const { type = 'PathPrefix', value = '/' } = path ?? {};
  if (type === 'Exact') return { uri: { exact: value } };
  if (type === 'RegularExpression') return { uri: { regex: value } };
  const prefix = value.replace(/\/+$/, '');
  return prefix === '' ? {} : { pathPrefix: prefix };
}

/** Of several of one name the first counts; header names are compared in lower case. */
function namedMatches<K extends 'headers' | 'queryParams'>(
  field: K,
  list: readonly NamedMatch[] = [],
): { readonly [P in K]?: Readonly<Record<string, StringMatch>> } {
  const map: Record<string, StringMatch> = {};
  for (const { type, name, value } of list) {
    const key = field === 'headers' ? name.toLowerCase() : name;
    if (!Object.hasOwn(map, key)) map[key] = type === 'RegularExpression' ? { regex: value } : { exact: value };
  }
  return (list.length === 0 ? {} : { [field]: map }) as { readonly [P in K]?: Readonly<Record<string, StringMatch>> };
}

function grpcMatch({ method, headers }: GrpcRouteMatch): HttpMatch {
  return { ...callMatch(method), ...namedMatches('headers', headers) };
}

/** A call's path is "/service/method". */
function callMatch(method: GrpcRouteMatch['method']): Pick<HttpMatch, 'uri'> {
  if (method === undefined) return {};
  const { type = 'Exact', service, method: name } = method;
  const any = '[^/]+';
  if (type === 'RegularExpression') return { uri: { regex: `/${service ?? any}/${name ?? any}` } };
  if (service !== undefined && name !== undefined) return { uri: { exact: `/${service}/${name}` } };
  if (service !== undefined) return { uri: { prefix: `/${service}/` } };
  return name === undefined ? {} : { uri: { regex: `/${any}/${quoteRegex(name)}` } };
}
