/** Where a session's endpoint is written down: a cookie or a header, in Envoy's own formats. */

import type { Exchange } from '@weft/data-runtime';
import { fieldOf } from '../fields.ts';

export interface SessionState {
  /** "10.0.0.1:8080"; nothing: the request has no session. */
  read(exchange: Exchange): string | undefined;
  /** The endpoint is another one than what was read. */
  write(exchange: Exchange, hostPort: string): void;
}

export interface CookieSpec {
  readonly name: string;
  /** Empty: all paths. */
  readonly path: string;
  /** 0: as long as the browser runs. */
  readonly ttlSeconds: number;
}

/** @param nowMs milliseconds since the epoch. */
export function createCookieState(spec: CookieSpec, nowMs: () => number): SessionState {
  return {
    read(exchange) {
      if (!isUnder(exchange.path, spec.path)) return undefined;
      const value = cookieValue(fieldOf(exchange.request.fields, 'cookie'), spec.name);
      return value === undefined ? undefined : decodeCookie(Buffer.from(value, 'base64'), nowMs() / 1_000);
    },
    write(exchange, hostPort) {
      if (!isUnder(exchange.path, spec.path)) return;
      const expires = spec.ttlSeconds > 0 ? Math.floor(nowMs() / 1_000) + spec.ttlSeconds : 0;
      const value = encodeCookie(hostPort, expires).toString('base64');
      const age = spec.ttlSeconds > 0 ? `; Max-Age=${spec.ttlSeconds}` : '';
      const path = spec.path === '' ? '' : `; Path=${spec.path}`;
      exchange.responseFields.push('set-cookie', `${spec.name}="${value}"${age}${path}; HttpOnly`);
    },
  };
}

/** @param name lower case. */
export function createHeaderState(name: string): SessionState {
  return {
    read(exchange) {
      const value = fieldOf(exchange.request.fields, name);
      return value === undefined || value === ''
        ? undefined
        : asHostPort(Buffer.from(value, 'base64').toString('latin1'));
    },
    write({ responseFields }, hostPort) {
      responseFields.push(name, Buffer.from(hostPort, 'latin1').toString('base64'));
    },
  };
}

/** "/p" is over "/p" and "/p/x", not over "/px". */
function isUnder(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  return prefix === '' || prefix.endsWith('/') || path.length === prefix.length || path[prefix.length] === '/';
}

function cookieValue(cookies: string | undefined, name: string): string | undefined {
  if (cookies === undefined) return undefined;
  for (const part of cookies.split(';')) {
    const text = part.trim();
    if (!text.startsWith(`${name}=`)) continue;
    const value = text.slice(name.length + 1);
    return value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value;
  }
  return undefined;
}

const addressTag = 0x0a;
const expiresTag = 0x10;

/** envoy.Cookie: `string address = 1; int64 expires = 2`, seconds since the epoch. Bare addresses are taken, as Envoy does. */
function decodeCookie(bytes: Buffer, nowSeconds: number): string | undefined {
  if (bytes[0] !== addressTag) return asHostPort(bytes.toString('latin1'));
  const length = bytes[1] ?? 0;
  const end = 2 + length;
  if (length >= 0x80 || end > bytes.length) return undefined;
  let expires = 0;
  if (bytes[end] === expiresTag) {
    for (let at = end + 1, scale = 1; at < bytes.length; at += 1, scale *= 128) {
      expires += ((bytes[at] as number) & 0x7f) * scale;
      if ((bytes[at] as number) < 0x80) break;
    }
  }
  if (expires > 0 && expires < nowSeconds) return undefined;
  return asHostPort(bytes.toString('latin1', 2, end));
}

function encodeCookie(hostPort: string, expires: number): Buffer {
  const octets = [addressTag, hostPort.length, ...Buffer.from(hostPort, 'latin1')];
  if (expires > 0) {
    octets.push(expiresTag);
    let rest = expires;
    for (; rest >= 128; rest = Math.floor(rest / 128)) octets.push((rest % 128) | 0x80);
    octets.push(rest);
  }
  return Buffer.from(octets);
}

/** Nothing for what cannot be an address, so that a client's octets go no further. */
function asHostPort(text: string): string | undefined {
  return /^(?:[0-9.]{7,15}|\[[0-9a-fA-F:.]{2,45}\]):[0-9]{1,5}$/.test(text) ? text : undefined;
}
