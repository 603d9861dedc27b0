/** Building blocks of a kind's schema: objects that refuse by name what is not done, and choices that do the same. */

import { z } from 'zod';
import { nearest } from './edit-distance.ts';

/** Separates the messages of several unknown keys of one object; no message contains it. */
export const messageSeparator = '\u0000';

/** What a user is told of a field, value or kind that Istio has and this version has not. */
export function notDoneMessage(name: string): string {
  return `${name} is not done yet in this version; remove it`;
}

function unknownKeyMessage(key: string, api: string, known: readonly string[], notDone: readonly string[]): string {
  if (notDone.includes(key)) return notDoneMessage(`${api}.${key}`);
  const meant = nearest(key, [...known, ...notDone]);
  const shown = key.length > 64 ? `${key.slice(0, 64)}…` : key;
  return `unknown field ${JSON.stringify(shown)}${meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`}`;
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
}

/** What a schema tells of itself beyond its fields, for docs/reference/api-coverage.md: `schema.meta()`. */
export interface SchemaNote {
  /** "VirtualService.http". */
  readonly api?: string;
  /** Fields, or words, that are refused by name. */
  readonly refused: readonly string[];
}

/**
 * An object with these fields and no others; a field that is null counts as absent, as in Kubernetes.
 * @param api the object's name in Istio's API, for messages ("VirtualService.http").
 * @param notDone fields that Istio has and this version refuses by name.
 */
export function apiObject<S extends z.core.$ZodLooseShape>(api: string, shape: S, notDone: readonly string[] = []) {
  const known = Object.keys(shape);
  const object = z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownKeyMessage(key, api, known, notDone)).join(messageSeparator)
        : undefined,
  });
  const note: SchemaNote = { api, refused: notDone };
  return z.preprocess(withoutNulls, object.meta({ ...note }));
}

/** An object of which only these fields are read; others are let pass and dropped, for kinds of Kubernetes that have far more than a mesh reads. */
export function looseObject<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.preprocess(withoutNulls, z.object(shape));
}

/** One of `done`; one of `notDone` is refused by name, anything else with the list of what is known. */
export function choice<const T extends string>(api: string, done: readonly T[], notDone: readonly string[] = []) {
  const note: SchemaNote = { refused: notDone };
  const words = z.string().transform((value, context): T => {
    const found = done.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    const message = notDone.includes(value)
      ? notDoneMessage(`${api} ${value}`)
      : `${JSON.stringify(value)} is not one of ${done.filter((word) => word !== '').join(', ')}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
  return words.meta({ ...note });
}

/** Refuses a string for which `problem` gives a sentence. */
export function checkedString(problem: (value: string) => string | undefined) {
  return z.string().superRefine((value, context) => {
    const message = problem(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}

/**
 * A map from names to values.
 * @param keyProblem a sentence for a bad key; it is shown at the key.
 */
export function mapOf<V extends z.ZodType>(value: V, keyProblem: (key: string) => string | undefined) {
  return z.record(z.string(), value).superRefine((map, context) => {
    for (const key of Object.keys(map)) {
      const message = keyProblem(key);
      if (message !== undefined) context.addIssue({ code: 'custom', message, path: [key], params: { atKey: true } });
    }
  });
}
