/** The YAML form of Linkerd's AuthorizationPolicy. */

import { z } from 'zod';
import { apiObject } from '../../../schema/object.ts';
import { policyReference } from '../fields.ts';
import type { LinkerdAuthorizationPolicySpec } from './spec.ts';

export const linkerdAuthorizationPolicySchema: z.ZodType<LinkerdAuthorizationPolicySpec> = apiObject(
  'AuthorizationPolicy',
  {
    targetRef: policyReference('AuthorizationPolicy.targetRef'),
    requiredAuthenticationRefs: z.array(policyReference('AuthorizationPolicy.requiredAuthenticationRefs')),
  },
);
