/** The YAML form of a ReferenceGrant. */

import type { z } from 'zod';
import { resourceName } from '../../../schema/fields.ts';
import { apiObject } from '../../../schema/object.ts';
import { boundedList, group, kindName, namespaceName } from '../fields.ts';
import type { ReferenceGrantSpec } from './spec.ts';

const listMax = 16;

export const referenceGrantSchema: z.ZodType<ReferenceGrantSpec> = apiObject('ReferenceGrant', {
  from: boundedList(
    apiObject('ReferenceGrant.from', { group, kind: kindName, namespace: namespaceName }),
    'entry of from',
    1,
    listMax,
  ),
  to: boundedList(
    apiObject('ReferenceGrant.to', { group, kind: kindName, name: resourceName.exactOptional() }),
    'entry of to',
    1,
    listMax,
  ),
});
