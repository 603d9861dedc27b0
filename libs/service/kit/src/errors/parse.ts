/** Input from outside becomes a typed value, or one error that names every wrong field. */

import type { z } from 'zod';
import { ServiceError } from './service-error.ts';

/** @param place "body", "query", "params": the first part of each field's name. @throws ServiceError `request_invalid` */
export function parseInput<S extends z.ZodType>(schema: S, place: string, input: unknown): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new ServiceError('request_invalid', {
    violations: result.error.issues.map((issue) => ({
      field: [place, ...issue.path.map(String)].join('.'),
      message: issue.message,
    })),
  });
}
