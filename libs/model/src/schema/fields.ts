/** Fields that several kinds share. */

import { RE2JS } from 're2js';
import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import { limits } from '../limits.ts';
import {
  anyCaseLabelProblem,
  labelProblem,
  labelValueProblem,
  qualifiedNameProblem,
  resourceNameProblem,
  wildcardHostProblem,
} from './names.ts';
import { apiObject, checkedString, mapOf } from './object.ts';

export const dnsLabel = checkedString(labelProblem);
export const anyCaseLabel = checkedString(anyCaseLabelProblem);
/** "" where none is meant. */
export const anyCaseLabelOrNone = checkedString((value) => (value === '' ? undefined : anyCaseLabelProblem(value)));
export const resourceName = checkedString(resourceNameProblem);
export const wildcardHost = checkedString(wildcardHostProblem);
export const labels = mapOf(checkedString(labelValueProblem), qualifiedNameProblem);

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number, what: string) {
  return z.number().superRefine((value, context) => {
    if (Number.isInteger(value) && value >= min && value <= max) return;
    const message = !Number.isInteger(value)
      ? `${what} ${value} must be a whole number`
      : `${what} ${value} is not in the range ${min} to ${max}`;
    context.addIssue({ code: 'custom', message });
  });
}

export const portNumber = wholeNumber(1, 65_535, 'port');
/** 0 where none is meant. */
export const portOrNone = z.number().superRefine((value, context) => {
  const problem = value === 0 ? undefined : portNumber.safeParse(value).error?.issues[0]?.message;
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

/** A duration of 1 ms or more, in whole milliseconds; the output is milliseconds. */
export const durationMs = durationFrom(1);

/** The same with "0s" allowed, where it means something of its own. */
export const durationOrZeroMs = durationFrom(0);

/** Whatever Go reads as a duration, where Istio asks no more: also less than 0 and with a fraction. */
export const anyDurationMs = durationFrom(Number.NEGATIVE_INFINITY);

/** The same as `durationOrZeroMs`, and what is less than 1 ms off zero is zero. */
export const durationOrNearZeroMs = anyDurationMs
  .superRefine((duration, context) => {
    if (Math.abs(duration) < 1 || (duration >= 1 && Number.isInteger(duration))) return;
    const what = duration < 0 ? 'must not be negative' : 'must be whole milliseconds';
    context.addIssue({ code: 'custom', message: `a duration of ${duration} ms ${what}` });
  })
  .transform((duration) => (Math.abs(duration) < 1 ? 0 : duration));

function durationFrom(leastMs: number) {
  return z.string().transform((text, context): number => {
    const duration = parseDuration(text);
    let message = '';
    if (duration === undefined)
      message = `${JSON.stringify(text)} is not a duration; write for example "1.5s" or "100ms"`;
    else if (duration < leastMs)
      message = `the duration ${text} must ${leastMs === 0 ? 'not be negative' : 'be at least 1ms'}`;
    else if (leastMs >= 0 && !Number.isInteger(duration)) message = `the duration ${text} must be whole milliseconds`;
    if (message !== '') context.addIssue({ code: 'custom', message });
    return duration ?? 0;
  });
}

/** A number with a fraction, from `min` to `max`. */
export function numberWithin(min: number, max: number, what: string) {
  return z.number().superRefine((value, context) => {
    if (value >= min && value <= max) return;
    const range = max === Number.POSITIVE_INFINITY ? `less than ${min}` : `not in the range ${min} to ${max}`;
    context.addIssue({ code: 'custom', message: `${what} ${value} is ${range}` });
  });
}

/** Whole and not negative, as much as Istio's API has room for. */
export const int32 = (what: string) => wholeNumber(0, 2 ** 31 - 1, what);
export const uint32 = (what: string) => wholeNumber(0, 2 ** 32 - 1, what);

/** A sentence for a pattern that is not RE2, is empty or is too long. */
export function regexProblem(pattern: string): string | undefined {
  if (pattern === '') return 'a regex must not be empty';
  if (pattern.length > limits.regexLengthMax) return `a regex has at most ${limits.regexLengthMax} characters`;
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return `not a regex of RE2 syntax: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const controlFree = (value: string): string | undefined =>
  /[\x00-\x08\x0a-\x1f\x7f]/.test(value) ? 'must not contain control characters' : undefined;

/** Text without control characters, so that it can stand in a log line. */
export const plainText = checkedString(controlFree);

export interface StringMatchRules {
  /** Takes an empty prefix, as `uri` does. */
  readonly emptyPrefix?: true;
  /** The regex "*" asks for presence, as in `withoutHeaders`. */
  readonly starRegex?: true;
  /** One of the three must be given, and not be empty. */
  readonly required?: true;
}

/** Istio's StringMatch; `{}` asks for presence unless `required`. */
export function stringMatch(api: string, rules: StringMatchRules = {}) {
  const prefixProblem = (value: string): string | undefined =>
    value === '' && rules.emptyPrefix !== true ? 'a prefix must not be empty' : undefined;
  const shape = {
    exact: z.string().exactOptional(),
    prefix: checkedString(prefixProblem).exactOptional(),
    regex: checkedString((value) =>
      rules.starRegex === true && value === '*' ? undefined : regexProblem(value),
    ).exactOptional(),
  };
  return apiObject(api, shape)
    .superRefine((match, context) => {
      const given = Object.keys(match).length;
      if (given > 1) context.addIssue({ code: 'custom', message: 'only one of exact, prefix and regex may be given' });
      if (rules.required === true && (given === 0 || match.exact === '')) {
        context.addIssue({ code: 'custom', message: 'one of exact, prefix and regex is required' });
      }
    })
    .transform((match): typeof match => (rules.starRegex === true && match.regex === '*' ? {} : match));
}
