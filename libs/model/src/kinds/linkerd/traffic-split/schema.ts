/** The YAML form of an SMI TrafficSplit. */

import { z } from 'zod';
import { fqdnProblem } from '../../../schema/names.ts';
import { apiObject, checkedString } from '../../../schema/object.ts';
import { weight } from '../fields.ts';
import type { TrafficSplitSpec } from './spec.ts';

const service = checkedString(fqdnProblem);

export const trafficSplitSchema: z.ZodType<TrafficSplitSpec> = apiObject(
  'TrafficSplit',
  {
    service,
    backends: z
      .array(apiObject('TrafficSplit.backends', { service, weight }))
      .min(1, 'at least one backend is required'),
  },
  ['matches'],
);
