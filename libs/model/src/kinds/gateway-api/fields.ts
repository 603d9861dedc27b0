/** Fields that the kinds of the Gateway API share, by the rules of its resource definitions. */

import { isIP } from 'node:net';
import { z } from 'zod';
import { parseDuration } from '../../duration.ts';
import { labelProblem, resourceNameProblem } from '../../schema/names.ts';
import { checkedString } from '../../schema/object.ts';

/** A list of `min` to `max` items. */
export function boundedList<T extends z.ZodType>(item: T, what: string, min: number, max: number) {
  return z
    .array(item)
    .min(min, min === 1 ? `at least one ${what} is required` : `at least ${min} ${what} are required`)
    .max(max, `at most ${max} ${what}s are allowed`);
}

const lowerCaseHost = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function preciseProblem(value: string): string | undefined {
  if (isIP(value) !== 0) return 'an IP address is not allowed here; a host name is';
  if (value.length <= 253 && lowerCaseHost.test(value)) return undefined;
  return `${JSON.stringify(value.slice(0, 80))} is not a host name: lower-case letters, digits, "-" and "."`;
}

export const preciseHostname = checkedString(preciseProblem);

/** "shop.example.com", "*.example.com". */
export const hostname = checkedString((value) => preciseProblem(value.startsWith('*.') ? value.slice(2) : value));

/** Gateway API durations: up to four whole numbers of at most five digits with h, m, s or ms; the output is milliseconds, 0 allowed. */
export const gatewayDurationMs = z.string().transform((text, context): number => {
  if (/^([0-9]{1,5}(h|m|s|ms)){1,4}$/.test(text)) return parseDuration(text) ?? 0;
  const message = `${JSON.stringify(text)} is not a duration of the Gateway API; write for example "10s" or "1m30s"`;
  context.addIssue({ code: 'custom', message });
  return 0;
});

/** "" is the core group. */
export const group = checkedString((value) =>
  value === '' || resourceNameProblem(value) === undefined ? undefined : `${JSON.stringify(value)} is not an API group`,
);

export const kindName = checkedString((value) =>
  /^[a-zA-Z]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/.test(value) ? undefined : `${JSON.stringify(value)} is not a kind`,
);

export const namespaceName = checkedString(labelProblem);

const token = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,256}$/;

export const headerName = checkedString((value) =>
  token.test(value) ? undefined : `${JSON.stringify(value.slice(0, 80))} is not a header name (RFC 9110)`,
);

/** What a message's framing and its connection stand on: a filter that changes them could let one message be read as two. */
const framingNames: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'connection', 'upgrade']);

/** Of a header that a filter sets, adds or removes. */
export const changedHeaderName = checkedString((value) => {
  if (framingNames.has(value.toLowerCase())) return `the header "${value.toLowerCase()}" cannot be changed by a filter`;
  return token.test(value) ? undefined : `${JSON.stringify(value.slice(0, 80))} is not a header name (RFC 9110)`;
});

/** Printable text of `min` to `max` characters. */
export function textOf(what: string, min: number, max: number) {
  return checkedString((value) => {
    if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value)) return `${what} must not contain control characters`;
    return value.length >= min && value.length <= max ? undefined : `${what} has ${min} to ${max} characters`;
  });
}
