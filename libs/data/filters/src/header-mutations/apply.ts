/** Header mutations on a flat list, in Envoy's order: remove, set, add. */

import type { HeaderMutation } from '@weft/data-runtime';
import { removeField, setField } from '../fields.ts';

/** @param fields flat, names in lower case; changed in place. */
export function applyMutation(fields: string[], mutation: HeaderMutation): void {
  for (const name of mutation.remove) removeField(fields, name);
  const { set, add } = mutation;
  for (let i = 0; i < set.length; i += 2) setField(fields, set[i] as string, set[i + 1] as string);
  for (let i = 0; i < add.length; i += 2) fields.push(add[i] as string, add[i + 1] as string);
}
