/** The YAML form of a Gateway API HTTPRoute. */

import { z } from 'zod';
import { resourceName, wholeNumber } from '../../../schema/fields.ts';
import { apiObject } from '../../../schema/object.ts';
import { boundedList, gatewayDurationMs, hostname } from '../fields.ts';
import { backendFields, parentReferences } from '../reference-schemas.ts';
import { routeFilter } from '../route-filter-schemas.ts';
import { sessionPersistence } from '../session-persistence.ts';
import { httpRouteMatch } from './match-schema.ts';
import type { HttpRouteRule, HttpRouteSpec } from './spec.ts';

const listMax = 16;
const matchesMax = 64;

const filter = (api: string) =>
  routeFilter(api, [
    'RequestHeaderModifier',
    'ResponseHeaderModifier',
    'RequestMirror',
    'RequestRedirect',
    'URLRewrite',
    'CORS',
  ]);

export const routeTimeouts = apiObject('HTTPRoute.rules.timeouts', {
  request: gatewayDurationMs.exactOptional(),
  backendRequest: gatewayDurationMs.exactOptional(),
}).transform(({ request, backendRequest }) => ({
  ...(request === undefined ? {} : { requestMs: request }),
  ...(backendRequest === undefined ? {} : { backendRequestMs: backendRequest }),
}));

const retry = apiObject('HTTPRoute.rules.retry', {
  codes: z.array(wholeNumber(400, 599, 'status code')).exactOptional(),
  attempts: wholeNumber(0, 2 ** 31 - 1, 'attempts').exactOptional(),
  backoff: gatewayDurationMs.exactOptional(),
}).transform(({ backoff, ...rest }) => (backoff === undefined ? rest : { ...rest, backoffMs: backoff }));

const backend = apiObject('HTTPRoute.rules.backendRefs', {
  ...backendFields,
  filters: boundedList(filter('HTTPRoute.rules.backendRefs.filters'), 'filter', 0, listMax).exactOptional(),
});

const rule: z.ZodType<HttpRouteRule> = apiObject('HTTPRoute.rules', {
  name: resourceName.exactOptional(),
  matches: boundedList(httpRouteMatch, 'match', 0, matchesMax).exactOptional(),
  filters: boundedList(filter('HTTPRoute.rules.filters'), 'filter', 0, listMax).exactOptional(),
  backendRefs: boundedList(backend, 'backend', 0, listMax).exactOptional(),
  timeouts: routeTimeouts.exactOptional(),
  retry: retry.exactOptional(),
  sessionPersistence: sessionPersistence('HTTPRoute.rules.sessionPersistence').exactOptional(),
});

/** `rules` becomes one that takes everything where absent. */
export const httpRouteSchema: z.ZodType<HttpRouteSpec> = apiObject(
  'HTTPRoute',
  {
    parentRefs: parentReferences('HTTPRoute').exactOptional(),
    hostnames: boundedList(hostname, 'host name', 0, listMax).exactOptional(),
    rules: boundedList(rule, 'rule', 1, listMax).default([{}]),
  },
  ['useDefaultGateways'],
);
