/** The YAML form of a Namespace: only what a mesh reads is checked, everything else is let pass. */

import type { z } from 'zod';
import { choice, looseObject } from '../../schema/object.ts';
import type { NamespaceSpec } from './spec.ts';

/** The document without its envelope, and with `status`. */
export const namespaceSchema: z.ZodType<NamespaceSpec> = looseObject({
  status: looseObject({
    phase: choice('Namespace.status.phase', ['Active', 'Terminating']).exactOptional(),
  }).exactOptional(),
}).transform(({ status }): NamespaceSpec => (status?.phase === undefined ? {} : { phase: status.phase }));
