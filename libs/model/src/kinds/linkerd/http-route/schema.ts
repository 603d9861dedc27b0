/** The YAML form of Linkerd's HTTPRoute. */

import type { z } from 'zod';
import { apiObject } from '../../../schema/object.ts';
import { boundedList, hostname } from '../../gateway-api/fields.ts';
import { httpRouteMatch } from '../../gateway-api/http-route/match-schema.ts';
import { routeTimeouts } from '../../gateway-api/http-route/schema.ts';
import { backendFields, parentReferences } from '../../gateway-api/reference-schemas.ts';
import { routeFilter } from '../../gateway-api/route-filter-schemas.ts';
import type { LinkerdHttpRouteSpec } from './spec.ts';

const listMax = 16;

const filter = (api: string) =>
  routeFilter(api, ['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestRedirect']);

const rule = apiObject('HTTPRoute.rules', {
  matches: boundedList(httpRouteMatch, 'match', 0, listMax).exactOptional(),
  filters: boundedList(filter('HTTPRoute.rules.filters'), 'filter', 0, listMax).exactOptional(),
  backendRefs: boundedList(
    apiObject('HTTPRoute.rules.backendRefs', {
      ...backendFields,
      filters: boundedList(filter('HTTPRoute.rules.backendRefs.filters'), 'filter', 0, listMax).exactOptional(),
    }),
    'backend',
    0,
    listMax,
  ).exactOptional(),
  timeouts: routeTimeouts.exactOptional(),
});

/** `rules` becomes one that takes everything where absent. */
export const linkerdHttpRouteSchema: z.ZodType<LinkerdHttpRouteSpec> = apiObject('HTTPRoute', {
  parentRefs: parentReferences('HTTPRoute').exactOptional(),
  hostnames: boundedList(hostname, 'host name', 0, listMax).exactOptional(),
  rules: boundedList(rule, 'rule', 1, listMax).default([{}]),
});
