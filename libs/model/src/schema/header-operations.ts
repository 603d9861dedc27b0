/** Istio's Headers: what a rule sets, adds and removes on request and response. */

import { z } from 'zod';
import { given } from './given.ts';
import { headerValueProblem, unknownCommand } from './header-value.ts';
import { isHeaderToken } from './names.ts';
import { apiObject, checkedString, mapOf } from './object.ts';

/** What a message's framing and its connection stand on: a rule that changed them could let one message be read as two. */
const framingNames: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'connection', 'upgrade']);

function commonProblem(name: string): string | undefined {
  if (name === '') return 'a header name must not be empty';
  return name.startsWith(':') ? `"${name.toLowerCase()}" is not a header that a rule can change` : undefined;
}

/** `Host` and `:authority` rewrite the host of a request. */
function requestNameProblem(name: string): string | undefined {
  return isAuthority(name) ? undefined : commonProblem(name);
}

function otherNameProblem(name: string): string | undefined {
  return name.toLowerCase() === 'host' ? 'the header "host" cannot be changed here' : commonProblem(name);
}

function removedNameProblem(name: string): string | undefined {
  return name.toLowerCase() === 'host' ? 'the header "host" cannot be removed' : otherNameProblem(name);
}

/** Names that are two ways to say the host of a request. */
export function isAuthority(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === 'host' || lower === ':authority';
}

/** Why an operation that Istio takes is left out of the data, or nothing. @param value absent: the header is removed. @param fate of a header without a value. */
function ignoredBecause(name: string, value?: unknown, fate = 'left out'): string | undefined {
  const shown = JSON.stringify(name);
  if (framingNames.has(name.toLowerCase())) return `${shown} is what a message is framed by; the change is left out`;
  if (!isAuthority(name) && !isHeaderToken(name)) return `${shown} is not a header name (RFC 9110) and is left out`;
  const command = typeof value === 'string' ? unknownCommand(value) : undefined;
  return command === undefined
    ? undefined
    : `%${command}% is not a command of Envoy's format strings; ${shown} is ${fate}`;
}

const isIgnored = (name: string, value?: string): boolean => ignoredBecause(name, value) !== undefined;

function withoutIgnored(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([name, value]) => !isIgnored(name, value)));
}

/** Takes, as Istio does, what cannot be done; `ignoredHeaders` tells of it, and the data goes without it. */
function headerMap(problem: (name: string) => string | undefined) {
  return mapOf(checkedString(headerValueProblem), problem).transform(withoutIgnored);
}

/** A header that was to be replaced is removed where its new value cannot be made: what the peer sent must not pass for it. */
function setMap(problem: (name: string) => string | undefined) {
  return mapOf(checkedString(headerValueProblem), problem).transform((map) => {
    const lost = Object.entries(map).filter(([name, value]) => !isIgnored(name) && isIgnored(name, value));
    return { set: withoutIgnored(map), removed: lost.map(([name]) => name).filter((name) => !isAuthority(name)) };
  });
}

function operations(api: string, nameProblem: (name: string) => string | undefined) {
  return apiObject(api, {
    set: setMap(nameProblem).exactOptional(),
    add: headerMap(nameProblem).exactOptional(),
    remove: z
      .array(checkedString(removedNameProblem))
      .transform((names) => names.filter((name) => !isIgnored(name)))
      .exactOptional(),
  }).transform(({ set: written, add, remove }) => {
    const { set, removed = [] } = written ?? {};
    const names = removed.length === 0 ? remove : [...(remove ?? []), ...removed];
    return { ...given('set', set), ...given('add', add), ...given('remove', names) };
  });
}

export function headerRules(api: string) {
  return apiObject(api, {
    request: operations(`${api}.request`, requestNameProblem).exactOptional(),
    response: operations(`${api}.response`, otherNameProblem).exactOptional(),
  });
}

/** What was left out: paths below `headers` ("request.set"), and why. */
export function ignoredHeaders(written: unknown): readonly { readonly path: string; readonly message: string }[] {
  const found: { path: string; message: string }[] = [];
  const look = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const operations = Array.isArray(value) ? value.map((name) => [name] as const) : Object.entries(value);
    for (const [name, inner] of operations) {
      const isOperation = Array.isArray(value) || path.endsWith('.set') || path.endsWith('.add');
      const fate = path.endsWith('.set') && !isAuthority(String(name)) ? 'removed' : undefined;
      const message = isOperation && typeof name === 'string' ? ignoredBecause(name, inner, fate) : undefined;
      if (message !== undefined) found.push({ path, message });
      if (!isOperation) look(inner, path === '' ? name : `${path}.${name}`);
    }
  };
  look(written, '');
  return found;
}
