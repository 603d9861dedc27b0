/** Filters of Gateway API routes → the fields of an HTTP rule. */

import type {
  HeaderFilter,
  RequestMirror,
  RequestRedirect,
  RouteCors,
  RouteFilter,
  UrlRewrite,
} from '../kinds/gateway-api/route-filters.ts';
import type { CorsPolicy, HttpRewrite } from '../kinds/virtual-service/http-policy-spec.ts';
import type {
  HeaderOperations,
  HeaderRules,
  HttpMirror,
  HttpRedirect,
  HttpRule,
  StringMatch,
} from '../kinds/virtual-service/http-spec.ts';
import type { Destination } from '../kinds/virtual-service/spec.ts';
import { pathRewrite, quoteRegex } from './path-rewrite.ts';

const redirectCodeDefault = 302;
const maxAgeMsDefault = 5_000;
const denominatorDefault = 100;

/**
 * What the filters of one rule say beside its backends.
 * @param prefix that the rule's one match takes.
 * @param destinationOf a backend's destination; undefined: it is none, and nothing is mirrored to it.
 */
export function filtersOf(
  filters: readonly RouteFilter[],
  prefix: string,
  destinationOf: (backend: RequestMirror['backendRef']) => Destination | undefined,
): Pick<HttpRule, 'headers' | 'redirect' | 'rewrite' | 'mirrors' | 'corsPolicy'> {
  const headers = headersOf(filters);
  const rule: { -readonly [K in keyof HttpRule]?: HttpRule[K] } = headers === undefined ? {} : { headers };
  const mirrors: HttpMirror[] = [];
  for (const filter of filters) {
    if (filter.type === 'RequestRedirect') rule.redirect = redirectOf(filter.requestRedirect, prefix);
    if (filter.type === 'URLRewrite') rule.rewrite = rewriteOf(filter.urlRewrite, prefix);
    if (filter.type === 'CORS') rule.corsPolicy = corsOf(filter.cors);
    if (filter.type === 'RequestMirror') {
      const destination = destinationOf(filter.requestMirror.backendRef);
      if (destination !== undefined) mirrors.push({ destination, ...shareOf(filter.requestMirror) });
    }
  }
  return mirrors.length === 0 ? rule : { ...rule, mirrors };
}

/** Undefined where no filter changes headers. */
export function headersOf(filters: readonly RouteFilter[]): HeaderRules | undefined {
  const rules: { request?: HeaderOperations; response?: HeaderOperations } = {};
  for (const filter of filters) {
    if (filter.type === 'RequestHeaderModifier') rules.request = operationsOf(filter.requestHeaderModifier);
    if (filter.type === 'ResponseHeaderModifier') rules.response = operationsOf(filter.responseHeaderModifier);
  }
  return Object.keys(rules).length === 0 ? undefined : rules;
}

function operationsOf({ set, add, remove }: HeaderFilter): HeaderOperations {
  const mapOf = (list: HeaderFilter['set']): Record<string, string> =>
    Object.fromEntries((list ?? []).map(({ name, value }) => [name, literal(value)]));
  return {
    ...(set === undefined ? {} : { set: mapOf(set) }),
    ...(add === undefined ? {} : { add: mapOf(add) }),
    ...(remove === undefined ? {} : { remove }),
  };
}

/** A percent sign starts a command in the values of a VirtualService; here it is a percent sign. */
const literal = (value: string): string => value.replaceAll('%', '%%');

function redirectOf({ scheme, hostname, path, port, statusCode }: RequestRedirect, prefix: string): HttpRedirect {
  const portOf = (): Pick<HttpRedirect, 'port' | 'derivePort'> => {
    if (port !== undefined) return { port };
    return { derivePort: scheme === undefined ? 'FROM_REQUEST_PORT' : 'FROM_PROTOCOL_DEFAULT' };
  };
  return {
    ...(scheme === undefined ? {} : { scheme }),
    ...(hostname === undefined ? {} : { authority: hostname }),
    ...(path === undefined
      ? {}
      : path.type === 'ReplaceFullPath'
        ? { uri: path.replaceFullPath === '' ? '/' : path.replaceFullPath }
        : { uriRegexRewrite: pathRewrite(path, prefix) }),
    ...portOf(),
    redirectCode: statusCode ?? redirectCodeDefault,
  };
}

function rewriteOf({ hostname, path }: UrlRewrite, prefix: string): HttpRewrite {
  return {
    ...(hostname === undefined ? {} : { authority: hostname }),
    ...(path === undefined ? {} : { uriRegexRewrite: pathRewrite(path, prefix) }),
  };
}

function shareOf({ percent, fraction }: RequestMirror): Pick<HttpMirror, 'percentage'> {
  if (percent !== undefined) return { percentage: { value: percent } };
  if (fraction === undefined) return {};
  return { percentage: { value: (100 * fraction.numerator) / (fraction.denominator ?? denominatorDefault) } };
}

function corsOf({
  allowOrigins,
  allowCredentials,
  allowMethods,
  allowHeaders,
  exposeHeaders,
  maxAgeMs,
}: RouteCors): CorsPolicy {
  return {
    ...(allowOrigins === undefined ? {} : { allowOrigins: allowOrigins.map(originMatch) }),
    ...(allowMethods === undefined ? {} : { allowMethods }),
    ...(allowHeaders === undefined ? {} : { allowHeaders }),
    ...(exposeHeaders === undefined ? {} : { exposeHeaders }),
    ...(allowCredentials === undefined ? {} : { allowCredentials }),
    maxAgeMs: maxAgeMs ?? maxAgeMsDefault,
    // What the policy does not allow is not left to the application to allow.
    unmatchedPreflights: 'IGNORE',
  };
}

/** "https://*.example.com" takes any number of labels. */
function originMatch(origin: string): StringMatch {
  if (origin === '*') return { regex: '.*' };
  if (!origin.includes('*')) return { exact: origin };
  return { regex: origin.split('*').map(quoteRegex).join('[^/]+') };
}
