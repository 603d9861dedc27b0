/** What may be shown of a resource whose values are secret. */

import type { AnyResource } from '../resource.ts';
import { kindDefinitions } from './registry.ts';

const hidden = '(hidden)';

/** The spec as it may be shown: as it is, or for a confidential kind with its keys and "(hidden)" in place of every value. */
export function shownSpec({ kind, spec }: AnyResource): unknown {
  return kindDefinitions[kind].confidential === true ? withoutValues(spec) : spec;
}

function withoutValues(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutValues);
  if (typeof value !== 'object' || value === null) return hidden;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutValues(inner)]));
}
