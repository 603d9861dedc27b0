/** Header mutations on a flat list, in Envoy's order: remove, set, add. */

import type { HeaderMutation } from '@weft/data-runtime';

/** @param fields flat, names in lower case; changed in place. */
export function applyMutation(fields: string[], mutation: HeaderMutation): void {
  for (const name of mutation.remove) removeField(fields, name);
  const { set, add } = mutation;
  for (let i = 0; i < set.length; i += 2) setField(fields, set[i] as string, set[i + 1] as string);
  for (let i = 0; i < add.length; i += 2) fields.push(add[i] as string, add[i + 1] as string);
}

/** Takes out all fields of a name. */
export function removeField(fields: string[], name: string): void {
  let kept = 0;
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] === name) continue;
    fields[kept] = fields[i] as string;
    fields[kept + 1] = fields[i + 1] as string;
    kept += 2;
  }
  fields.length = kept;
}

/** Makes a name have one value. */
export function setField(fields: string[], name: string, value: string): void {
  let at = -1;
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] !== name) continue;
    if (at >= 0) {
      removeField(fields, name);
      fields.push(name, value);
      return;
    }
    at = i;
  }
  if (at >= 0) fields[at + 1] = value;
  else fields.push(name, value);
}
