/** Fields that several kinds share. */

import { RE2JS } from 're2js';
import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import { limits } from '../limits.ts';
import {
  headerNameProblem,
  headerValueProblem,
  labelProblem,
  labelValueProblem,
  qualifiedNameProblem,
  resourceNameProblem,
  ruleHostProblem,
  wildcardHostProblem,
} from './names.ts';
import { apiObject, checkedString, mapOf } from './object.ts';

export const dnsLabel = checkedString(labelProblem);
export const resourceName = checkedString(resourceNameProblem);
export const ruleHost = checkedString(ruleHostProblem);
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

/** A duration of 1 ms or more, in whole milliseconds; the output is milliseconds. */
export const durationMs = z.string().transform((text, context): number => {
  const duration = parseDuration(text);
  let message = '';
  if (duration === undefined)
    message = `${JSON.stringify(text)} is not a duration; write for example "1.5s" or "100ms"`;
  else if (duration < 1) message = `the duration ${text} must be at least 1ms`;
  else if (!Number.isInteger(duration)) message = `the duration ${text} must be whole milliseconds`;
  if (message !== '') context.addIssue({ code: 'custom', message });
  return duration ?? 0;
});

function regexProblem(pattern: string): string | undefined {
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

/**
 * Istio's StringMatch.
 * @param presence where true, `{}` and the regex "*" ask for presence; else one of the three must be given.
 */
export function stringMatch(api: string, presence: boolean) {
  const shape = {
    exact: plainText.exactOptional(),
    prefix: checkedString((value) =>
      value === '' ? 'a prefix must not be empty' : controlFree(value),
    ).exactOptional(),
    regex: checkedString((value) => (presence && value === '*' ? undefined : regexProblem(value))).exactOptional(),
  };
  return apiObject(api, shape)
    .superRefine((match, context) => {
      const given = Object.keys(match).length;
      if (given > 1) context.addIssue({ code: 'custom', message: 'only one of exact, prefix and regex may be given' });
      if (given === 0 && !presence)
        context.addIssue({ code: 'custom', message: 'one of exact, prefix and regex is required' });
    })
    .transform((match): typeof match => (presence && match.regex === '*' ? {} : match));
}

/** What a message's framing and its connection stand on: a rule that changes them could let one message be read as two. */
const framingNames: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'connection', 'upgrade']);

const operationNameProblem = (name: string): string | undefined => {
  const lower = name.toLowerCase();
  if (lower === ':authority') return undefined;
  return framingNames.has(lower) ? `the header "${lower}" cannot be changed by a rule` : headerNameProblem(name);
};

const removedNameProblem = (name: string): string | undefined => {
  const lower = name.toLowerCase();
  if (lower === 'host' || framingNames.has(lower)) return `the header "${lower}" cannot be removed`;
  return headerNameProblem(name);
};

const headerMap = mapOf(checkedString(headerValueProblem), operationNameProblem);

/** Istio's Headers: what is set, added and removed on request and response. */
export function headerRules(api: string) {
  const operations = apiObject(`${api}.request`, {
    set: headerMap.exactOptional(),
    add: headerMap.exactOptional(),
    remove: z.array(checkedString(removedNameProblem)).exactOptional(),
  });
  return apiObject(api, { request: operations.exactOptional(), response: operations.exactOptional() });
}
