/** The YAML form of a Node: only what a mesh reads is checked, everything else is let pass. */

import { z } from 'zod';
import { looseObject } from '../../schema/object.ts';
import type { NodeSpec } from './spec.ts';

/** The document without its envelope, and with `status`. */
export const nodeSchema: z.ZodType<NodeSpec> = looseObject({
  spec: looseObject({ unschedulable: z.boolean().exactOptional() }).exactOptional(),
  status: looseObject({
    addresses: z.array(looseObject({ type: z.string(), address: z.string() })).exactOptional(),
  }).exactOptional(),
}).transform(
  ({ spec, status }): NodeSpec => ({
    ...(spec?.unschedulable === undefined ? {} : { unschedulable: spec.unschedulable }),
    ...(status?.addresses === undefined ? {} : { addresses: status.addresses }),
  }),
);
