/** Objects of MeshConfig: Istio takes its fields in camelCase and, as protobuf has them, in snake_case. */

import { z } from 'zod';
import { apiObject } from '../schema/object.ts';

const camelCase = (key: string): string =>
  key.replace(/_([a-zA-Z0-9])/g, (_match, letter: string) => letter.toUpperCase());

/** As `apiObject`; "access_log_file" stands for "accessLogFile" unless that is there too. */
export function meshObject<S extends z.core.$ZodLooseShape>(api: string, shape: S, notDone: readonly string[] = []) {
  const known = new Set([...Object.keys(shape), ...notDone]);
  const renamed = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).map(([key, field]): [string, unknown] => {
      const name = camelCase(key);
      return [!known.has(key) && known.has(name) && !Object.hasOwn(value, name) ? name : key, field];
    });
    return Object.fromEntries(entries);
  };
  return z.preprocess(renamed, apiObject(api, shape, notDone));
}

/** Names of fields for durations: `timeout` becomes `timeoutMs`, where it is there. */
export function millisecondsAs<K extends string>(name: K, value: number | undefined): { readonly [P in K]?: number } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [P in K]?: number };
}
