/** Istio's Headers: what a rule sets, adds and removes on request and response. */

import { z } from 'zod';
import { headerValueProblem } from './header-value.ts';
import { isHeaderToken } from './names.ts';
import { apiObject, checkedString, mapOf } from './object.ts';

/** What a message's framing and its connection stand on: a rule that changes them could let one message be read as two. */
const framingNames: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'connection', 'upgrade']);

function commonProblem(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (name === '') return 'a header name must not be empty';
  if (framingNames.has(lower)) return `the header "${lower}" cannot be changed by a rule`;
  return lower.startsWith(':') ? `"${lower}" is not a header that a rule can change` : undefined;
}

/** `Host` and `:authority` rewrite the host of a request. */
function requestNameProblem(name: string): string | undefined {
  return isAuthority(name) ? undefined : commonProblem(name);
}

function otherNameProblem(name: string): string | undefined {
  return name.toLowerCase() === 'host' ? 'the header "host" cannot be changed here' : commonProblem(name);
}

function removedNameProblem(name: string): string | undefined {
  const lower = name.toLowerCase();
  return lower === 'host' || framingNames.has(lower)
    ? `the header "${lower}" cannot be removed`
    : otherNameProblem(name);
}

/** Names that are two ways to say the host of a request. */
export function isAuthority(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === 'host' || lower === ':authority';
}

/** Takes, as Istio does, a name that no header can have; `ignoredHeaderNames` tells of it, and the data goes without it. */
function headerMap(problem: (name: string) => string | undefined) {
  return mapOf(checkedString(headerValueProblem), problem).transform((map) =>
    Object.fromEntries(Object.entries(map).filter(([name]) => isAuthority(name) || isHeaderToken(name))),
  );
}

function operations(api: string, nameProblem: (name: string) => string | undefined) {
  return apiObject(api, {
    set: headerMap(nameProblem).exactOptional(),
    add: headerMap(nameProblem).exactOptional(),
    remove: z
      .array(checkedString(removedNameProblem))
      .transform((names) => names.filter(isHeaderToken))
      .exactOptional(),
  });
}

export function headerRules(api: string) {
  return apiObject(api, {
    request: operations(`${api}.request`, requestNameProblem).exactOptional(),
    response: operations(`${api}.response`, otherNameProblem).exactOptional(),
  });
}

/** Paths below `headers` of the names that were left out: "request.set". */
export function ignoredHeaderNames(written: unknown): readonly { readonly path: string; readonly name: string }[] {
  const found: { path: string; name: string }[] = [];
  const look = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const name of value) if (typeof name === 'string' && !isHeaderToken(name)) found.push({ path, name });
    } else if (path.endsWith('.set') || path.endsWith('.add')) {
      for (const name of Object.keys(value)) if (!isAuthority(name) && !isHeaderToken(name)) found.push({ path, name });
    } else {
      for (const [key, inner] of Object.entries(value)) look(inner, path === '' ? key : `${path}.${key}`);
    }
  };
  look(written, '');
  return found;
}
