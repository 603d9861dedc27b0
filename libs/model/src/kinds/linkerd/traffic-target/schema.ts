/** The YAML form of an SMI TrafficTarget. */

import { z } from 'zod';
import { plainText, resourceName } from '../../../schema/fields.ts';
import { apiObject, choice } from '../../../schema/object.ts';
import { namespaceName } from '../../gateway-api/fields.ts';
import type { TrafficTargetSpec } from './spec.ts';

const identity = (api: string) =>
  apiObject(
    api,
    {
      kind: choice(`${api}.kind`, ['ServiceAccount']),
      name: resourceName,
      namespace: namespaceName.exactOptional(),
    },
    ['port'],
  );

export const trafficTargetSchema: z.ZodType<TrafficTargetSpec> = apiObject('TrafficTarget', {
  destination: identity('TrafficTarget.destination'),
  sources: z.array(identity('TrafficTarget.sources')).min(1, 'at least one source is required'),
  rules: z
    .array(
      apiObject('TrafficTarget.rules', {
        kind: choice('TrafficTarget.rules.kind', ['HTTPRouteGroup'], ['TCPRoute', 'UDPRoute']),
        name: resourceName,
        matches: z.array(plainText).exactOptional(),
      }),
    )
    .exactOptional(),
});
