/** The YAML form of an EnvoyFilter; patches are raw Envoy configuration and stay as they are. */

import { z } from 'zod';
import { apiObject, choice } from '../../schema/object.ts';
import type { EnvoyFilterSpec } from './spec.ts';

const patch = apiObject('EnvoyFilter.configPatches', {
  applyTo: choice('EnvoyFilter.configPatches.applyTo', [
    'INVALID',
    'LISTENER',
    'FILTER_CHAIN',
    'NETWORK_FILTER',
    'HTTP_FILTER',
    'ROUTE_CONFIGURATION',
    'VIRTUAL_HOST',
    'HTTP_ROUTE',
    'CLUSTER',
    'EXTENSION_CONFIG',
    'BOOTSTRAP',
    'LISTENER_FILTER',
  ]).exactOptional(),
  match: z.unknown().exactOptional(),
  patch: apiObject('EnvoyFilter.configPatches.patch', {
    operation: choice('EnvoyFilter.configPatches.patch.operation', [
      'INVALID',
      'MERGE',
      'ADD',
      'REMOVE',
      'INSERT_BEFORE',
      'INSERT_AFTER',
      'INSERT_FIRST',
      'REPLACE',
    ]).exactOptional(),
    value: z.unknown().exactOptional(),
    filterClass: z.string().exactOptional(),
  }).exactOptional(),
});

export const envoyFilterSchema: z.ZodType<EnvoyFilterSpec> = apiObject('EnvoyFilter', {
  workloadSelector: z.unknown().exactOptional(),
  targetRefs: z.unknown().exactOptional(),
  configPatches: z.array(patch).default([]),
  priority: z.number().exactOptional(),
}).transform(({ configPatches }) => ({ configPatches }));
