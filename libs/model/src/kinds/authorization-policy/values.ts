/** Legality of the values of an AuthorizationPolicy: a sentence that says what is wrong, or undefined. */

import { isIP } from 'node:net';

const quote = (value: string): string => JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
const serviceAccountLengthMax = 320;

/** An address, or a CIDR block. */
export function ipBlockProblem(value: string): string | undefined {
  const [address = '', bits, ...more] = value.split('/');
  const version = isIP(address);
  if (bits === undefined) return version === 0 ? `${quote(value)} is not an IP address` : undefined;
  const size = /^(0|[1-9]\d{0,2})$/.test(bits) ? Number(bits) : Number.NaN;
  const good = more.length === 0 && version !== 0 && !address.includes('%') && size <= (version === 4 ? 32 : 128);
  return good ? undefined : `${quote(value)} is not a CIDR block`;
}

/** In decimal; Istio takes 0 as well. */
export function portTextProblem(value: string): string | undefined {
  return /^\d{1,10}$/.test(value) && Number(value) <= 65_535 ? undefined : `${quote(value)} is not a port`;
}

/** "account" or "namespace/account". */
export function serviceAccountProblem(value: string): string | undefined {
  if (value.includes('*')) return `${quote(value)}: a service account takes no wildcard`;
  if (value.length > serviceAccountLengthMax)
    return `a service account has at most ${serviceAccountLengthMax} characters`;
  const parts = value.split('/');
  if (parts.length <= 2 && parts.every((part) => part !== '')) return undefined;
  return `${quote(value)} is not a service account: "account" or "namespace/account"`;
}

/** pchar of RFC 3986, without "*": what may stand between the operators of Envoy's path templates. */
const literal = /^[a-zA-Z0-9\-._~%!$&'()+,;:@=]+$/;

/** True where `path` is a template: "{*}" or "{**}" is in it. */
export function isPathTemplate(path: string): boolean {
  return path.includes('{*}') || path.includes('{**}');
}

/** A path with its wildcards, or a template: each segment "{*}", "{**}" (nothing but literals behind it) or a literal. */
export function pathProblem(path: string): string | undefined {
  const template = isPathTemplate(path);
  let anySeen = false;
  for (const segment of path.replace(/^\/+|\/+$/g, '').split('/')) {
    if (segment === '{*}' || segment === '{**}') {
      if (anySeen) return `${quote(path)}: no operator may stand behind "{**}"`;
      anySeen = segment === '{**}';
      continue;
    }
    if (/[{}]/.test(segment)) return `${quote(path)}: braces only make the segments "{*}" and "{**}"`;
    if (template && !literal.test(segment))
      return `${quote(path)}: the segment ${quote(segment)} cannot stand in a path template`;
  }
  return undefined;
}
