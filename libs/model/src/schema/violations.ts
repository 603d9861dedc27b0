/** zod's issues in the words of a user, with the path and whether key or value is to blame. */

import type { z } from 'zod';
import { childPath } from '../yaml/path.ts';
import { messageSeparator } from './object.ts';

export interface SchemaProblem {
  readonly path: string;
  readonly steps: readonly (string | number)[];
  readonly message: string;
  readonly at: 'key' | 'value';
}

const articles: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function describeInput(input: unknown, confidential: boolean): string {
  if (input === null) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a map';
  if (confidential) return articles[typeof input] ?? typeof input;
  if (typeof input === 'string')
    return `the string ${JSON.stringify(input.length > 40 ? `${input.slice(0, 40)}…` : input)}`;
  return `${typeof input === 'number' ? 'the number ' : ''}${String(input)}`;
}

function typeMessage(expected: string, input: unknown, last: string | number, confidential: boolean): string {
  if (input === undefined) return `${JSON.stringify(String(last))} is required`;
  const quote =
    expected === 'string' && (typeof input === 'number' || typeof input === 'boolean') ? '; put it in quotes' : '';
  return `expected ${articles[expected] ?? expected}, got ${describeInput(input, confidential)}${quote}`;
}

/**
 * @param root path of the value that was parsed ("spec").
 * @param confidential messages say the type of a value, never the value.
 */
export function toProblems(root: string, issues: readonly z.core.$ZodIssue[], confidential = false): SchemaProblem[] {
  return issues.flatMap((issue): SchemaProblem[] => {
    const steps = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    const pathOf = (more: readonly (string | number)[]): string => more.reduce<string>(childPath, root);
    if (issue.code === 'unrecognized_keys') {
      const messages = issue.message.split(messageSeparator);
      return issue.keys.map((key, index) => ({
        path: pathOf([...steps, key]),
        steps: [...steps, key],
        message: messages[index] ?? issue.message,
        at: 'key',
      }));
    }
    const atKey = issue.code === 'custom' && issue.params?.['atKey'] === true;
    const message =
      issue.code === 'invalid_type'
        ? typeMessage(issue.expected, issue.input, steps.at(-1) ?? root, confidential)
        : issue.message;
    return [{ path: pathOf(steps), steps, message, at: atKey ? 'key' : 'value' }];
  });
}
