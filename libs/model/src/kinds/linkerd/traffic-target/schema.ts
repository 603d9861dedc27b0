/** The YAML form of an SMI TrafficTarget. */

import { z } from 'zod';
import { plainText, resourceName, wholeNumber } from '../../../schema/fields.ts';
import { apiObject, choice } from '../../../schema/object.ts';
import { namespaceName } from '../../gateway-api/fields.ts';
import type { TrafficTargetSpec } from './spec.ts';

const identityFields = (api: string) => ({
  kind: choice(`${api}.kind`, ['ServiceAccount']),
  name: resourceName,
  namespace: namespaceName.exactOptional(),
});

export const trafficTargetSchema: z.ZodType<TrafficTargetSpec> = apiObject('TrafficTarget', {
  destination: apiObject('TrafficTarget.destination', {
    ...identityFields('TrafficTarget.destination'),
    port: wholeNumber(1, 65_535, 'port').exactOptional(),
  }),
  sources: z
    .array(apiObject('TrafficTarget.sources', identityFields('TrafficTarget.sources')))
    .min(1, 'at least one source is required'),
  rules: z
    .array(
      apiObject('TrafficTarget.rules', {
        kind: choice('TrafficTarget.rules.kind', ['HTTPRouteGroup', 'TCPRoute'], ['UDPRoute']),
        name: resourceName,
        matches: z.array(plainText).exactOptional(),
      }),
    )
    .exactOptional(),
});
