/** The YAML form of an HTTPLocalRateLimitPolicy. */

import { z } from 'zod';
import { wholeNumber } from '../../../schema/fields.ts';
import { apiObject } from '../../../schema/object.ts';
import { policyReference } from '../fields.ts';
import type { HttpLocalRateLimitPolicySpec } from './spec.ts';

const requestsPerSecond = wholeNumber(1, 2 ** 32 - 1, 'requestsPerSecond');

const limit = (api: string) => apiObject(api, { requestsPerSecond });

export const httpLocalRateLimitPolicySchema: z.ZodType<HttpLocalRateLimitPolicySpec> = apiObject(
  'HTTPLocalRateLimitPolicy',
  {
    targetRef: policyReference('HTTPLocalRateLimitPolicy.targetRef'),
    total: limit('HTTPLocalRateLimitPolicy.total').exactOptional(),
    identity: limit('HTTPLocalRateLimitPolicy.identity').exactOptional(),
    overrides: z
      .array(
        apiObject('HTTPLocalRateLimitPolicy.overrides', {
          requestsPerSecond,
          clientRefs: z
            .array(policyReference('HTTPLocalRateLimitPolicy.overrides.clientRefs'))
            .min(1, 'at least one client is required'),
        }),
      )
      .exactOptional(),
  },
);
