/** The YAML form of a MeshTLSAuthentication. */

import { z } from 'zod';
import { apiObject } from '../../../schema/object.ts';
import { identity, policyReference } from '../fields.ts';
import type { MeshTlsAuthenticationSpec } from './spec.ts';

export const meshTlsAuthenticationSchema: z.ZodType<MeshTlsAuthenticationSpec> = apiObject('MeshTLSAuthentication', {
  identities: z.array(identity).min(1, 'at least one identity is required').exactOptional(),
  identityRefs: z
    .array(policyReference('MeshTLSAuthentication.identityRefs'))
    .min(1, 'at least one reference is required')
    .exactOptional(),
});
