/** The YAML form of the filters of HTTPRoute and GRPCRoute. */

import { z } from 'zod';
import { portNumber, wholeNumber } from '../../schema/fields.ts';
import { apiObject, checkedString, choice } from '../../schema/object.ts';
import { boundedList, changedHeaderName, headerName, preciseHostname, textOf } from './fields.ts';
import { backendObjectFields } from './reference-schemas.ts';
import type { PathModifier, RequestMirror, RouteCors, RouteFilter } from './route-filters.ts';

const namesMax = 16;
const originsMax = 64;
const maxAgeSecondsMax = 2 ** 31 - 1;

const uniqueNames = (list: readonly { readonly name: string }[], context: z.RefinementCtx): void => {
  const seen = new Set<string>();
  list.forEach(({ name }, index) => {
    const lower = name.toLowerCase();
    if (seen.has(lower)) {
      const message = `the header ${JSON.stringify(name)} is given twice`;
      context.addIssue({ code: 'custom', message, path: [index, 'name'] });
    }
    seen.add(lower);
  });
};

const headerValueMax = 4096;

function headerFilter(api: string) {
  const pair = apiObject(`${api}.set`, { name: changedHeaderName, value: textOf('a header value', 1, headerValueMax) });
  const pairs = boundedList(pair, 'header', 0, namesMax).superRefine(uniqueNames);
  return apiObject(api, {
    set: pairs.exactOptional(),
    add: pairs.exactOptional(),
    remove: boundedList(changedHeaderName, 'header', 0, namesMax).exactOptional(),
  });
}

const pathText = textOf('a path', 0, 1024);

function pathModifier(api: string) {
  return apiObject(api, {
    type: choice(`${api}.type`, ['ReplaceFullPath', 'ReplacePrefixMatch']),
    replaceFullPath: pathText.exactOptional(),
    replacePrefixMatch: pathText.exactOptional(),
  }).transform((path, context): PathModifier => {
    const fields = { ReplaceFullPath: 'replaceFullPath', ReplacePrefixMatch: 'replacePrefixMatch' } as const;
    const field = fields[path.type];
    const other = field === 'replaceFullPath' ? 'replacePrefixMatch' : 'replaceFullPath';
    if (path[field] === undefined) context.addIssue({ code: 'custom', message: `type ${path.type} needs ${field}` });
    if (path[other] !== undefined) {
      context.addIssue({ code: 'custom', message: `${other} cannot stand beside type ${path.type}`, path: [other] });
    }
    return { type: path.type, [field]: path[field] ?? '' } as unknown as PathModifier;
  });
}

function redirect(api: string) {
  return apiObject(api, {
    scheme: choice(`${api}.scheme`, ['http', 'https']).exactOptional(),
    hostname: preciseHostname.exactOptional(),
    path: pathModifier(`${api}.path`).exactOptional(),
    port: portNumber.exactOptional(),
    statusCode: z
      .union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)], {
        error: 'statusCode must be 301, 302, 303, 307 or 308',
      })
      .exactOptional(),
  });
}

function rewrite(api: string) {
  return apiObject(api, {
    hostname: preciseHostname.exactOptional(),
    path: pathModifier(`${api}.path`).exactOptional(),
  });
}

function mirror(api: string): z.ZodType<RequestMirror> {
  return apiObject(api, {
    backendRef: apiObject(`${api}.backendRef`, backendObjectFields),
    percent: wholeNumber(0, 100, 'percent').exactOptional(),
    fraction: apiObject(`${api}.fraction`, {
      numerator: wholeNumber(0, 2 ** 31 - 1, 'numerator'),
      denominator: wholeNumber(1, 2 ** 31 - 1, 'denominator').exactOptional(),
    })
      .refine(({ numerator, denominator = 100 }) => numerator <= denominator, 'numerator is over denominator')
      .exactOptional(),
  }).refine(
    ({ percent, fraction }) => percent === undefined || fraction === undefined,
    'only one of percent and fraction may be given',
  );
}

const originPattern = /^(\*|[a-z][a-z0-9+.-]*:\/\/(\*\.?)?[A-Za-z0-9.-]*(:(\*|\d{1,5}))?)$/;

const origin = checkedString((value) =>
  originPattern.test(value) ? undefined : `${JSON.stringify(value)} is not an origin, as in "https://shop.example.com"`,
);

const method = choice('HTTPRoute.rules.filters.cors.allowMethods', [
  ...['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', '*'],
]);

/** "*" takes everything, so nothing stands beside it. */
const alone = (list: readonly string[]): boolean => list.length < 2 || !list.includes('*');
const aloneMessage = '"*" takes everything; nothing can stand beside it';

function cors(api: string): z.ZodType<RouteCors> {
  return apiObject(api, {
    allowOrigins: boundedList(origin, 'origin', 1, originsMax).refine(alone, aloneMessage).exactOptional(),
    allowCredentials: z.boolean().exactOptional(),
    allowMethods: boundedList(method, 'method', 0, 9).refine(alone, aloneMessage).exactOptional(),
    allowHeaders: boundedList(headerName, 'header', 0, originsMax).refine(alone, aloneMessage).exactOptional(),
    exposeHeaders: boundedList(headerName, 'header', 0, originsMax).refine(alone, aloneMessage).exactOptional(),
    maxAge: wholeNumber(1, maxAgeSecondsMax, 'maxAge').exactOptional(),
  }).transform(({ maxAge, ...rest }) => (maxAge === undefined ? rest : { ...rest, maxAgeMs: maxAge * 1000 }));
}

const fieldOf = {
  RequestHeaderModifier: 'requestHeaderModifier',
  ResponseHeaderModifier: 'responseHeaderModifier',
  RequestMirror: 'requestMirror',
  RequestRedirect: 'requestRedirect',
  URLRewrite: 'urlRewrite',
  CORS: 'cors',
} as const;

type FilterType = keyof typeof fieldOf;

/**
 * One filter of a list.
 * @param api "HTTPRoute.rules.filters".
 * @param done the types that this kind takes; the Gateway API's others are refused by name.
 */
export function routeFilter(api: string, done: readonly FilterType[]): z.ZodType<RouteFilter> {
  const known = Object.keys(fieldOf) as FilterType[];
  const notDone = [...known.filter((type) => !done.includes(type)), 'ExtensionRef', 'ExternalAuth'];
  const shape = {
    type: choice(`${api}.type`, done, notDone),
    requestHeaderModifier: headerFilter(`${api}.requestHeaderModifier`).exactOptional(),
    responseHeaderModifier: headerFilter(`${api}.responseHeaderModifier`).exactOptional(),
    requestMirror: mirror(`${api}.requestMirror`).exactOptional(),
    requestRedirect: redirect(`${api}.requestRedirect`).exactOptional(),
    urlRewrite: rewrite(`${api}.urlRewrite`).exactOptional(),
    cors: cors(`${api}.cors`).exactOptional(),
  };
  return apiObject(api, shape, ['extensionRef', 'externalAuth']).transform((filter, context): RouteFilter => {
    const field = fieldOf[filter.type];
    if (filter[field] === undefined) {
      context.addIssue({ code: 'custom', message: `a filter of type ${filter.type} needs ${field}` });
    }
    for (const other of Object.values(fieldOf)) {
      if (other === field || filter[other] === undefined) continue;
      const message = `${other} cannot stand beside type ${filter.type}`;
      context.addIssue({ code: 'custom', message, path: [other], params: { atKey: true } });
    }
    return { type: filter.type, [field]: filter[field] } as unknown as RouteFilter;
  });
}
