/** The YAML form of a GRPCRoute. */

import type { z } from 'zod';
import { regexProblem, resourceName } from '../../../schema/fields.ts';
import { apiObject, choice } from '../../../schema/object.ts';
import { boundedList, hostname, textOf } from '../fields.ts';
import { namedMatches } from '../http-route/match-schema.ts';
import { backendFields, parentReferences } from '../reference-schemas.ts';
import { routeFilter } from '../route-filter-schemas.ts';
import { sessionPersistence } from '../session-persistence.ts';
import type { GrpcRouteSpec } from './spec.ts';

const listMax = 16;
const matchesMax = 64;
const nameMax = 1024;

const filter = (api: string) => routeFilter(api, ['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestMirror']);

const serviceName = /^\.?[A-Za-z_][A-Za-z_0-9]*(\.[A-Za-z_][A-Za-z_0-9]*)*$/;
const methodName = /^[A-Za-z_][A-Za-z_0-9]*$/;

const method = apiObject('GRPCRoute.rules.matches.method', {
  type: choice('GRPCRoute.rules.matches.method.type', ['Exact', 'RegularExpression']).exactOptional(),
  service: textOf('a service', 1, nameMax).exactOptional(),
  method: textOf('a method', 1, nameMax).exactOptional(),
}).superRefine(({ type = 'Exact', service, method: name }, context) => {
  const tell = (message: string | undefined, field?: string): void => {
    if (message !== undefined) context.addIssue({ code: 'custom', message, path: field === undefined ? [] : [field] });
  };
  if (service === undefined && name === undefined) tell('service, method or both are required');
  const problem = (value: string | undefined, pattern: RegExp, what: string): string | undefined => {
    if (value === undefined) return undefined;
    if (type === 'RegularExpression') return regexProblem(value);
    return pattern.test(value) ? undefined : `${JSON.stringify(value.slice(0, 80))} is not a ${what} of gRPC`;
  };
  tell(problem(service, serviceName, 'service'), 'service');
  tell(problem(name, methodName, 'method'), 'method');
});

const match = apiObject('GRPCRoute.rules.matches', {
  method: method.exactOptional(),
  headers: namedMatches('GRPCRoute.rules.matches.headers', 'header', 4096).exactOptional(),
});

const backend = apiObject('GRPCRoute.rules.backendRefs', {
  ...backendFields,
  filters: boundedList(filter('GRPCRoute.rules.backendRefs.filters'), 'filter', 0, listMax).exactOptional(),
});

const rule = apiObject('GRPCRoute.rules', {
  name: resourceName.exactOptional(),
  matches: boundedList(match, 'match', 0, matchesMax).exactOptional(),
  filters: boundedList(filter('GRPCRoute.rules.filters'), 'filter', 0, listMax).exactOptional(),
  backendRefs: boundedList(backend, 'backend', 0, listMax).exactOptional(),
  sessionPersistence: sessionPersistence('GRPCRoute.rules.sessionPersistence').exactOptional(),
});

/** `rules` becomes [] where absent. */
export const grpcRouteSchema: z.ZodType<GrpcRouteSpec> = apiObject(
  'GRPCRoute',
  {
    parentRefs: parentReferences('GRPCRoute').exactOptional(),
    hostnames: boundedList(hostname, 'host name', 0, listMax).exactOptional(),
    rules: boundedList(rule, 'rule', 0, listMax).default([]),
  },
  ['useDefaultGateways'],
);
