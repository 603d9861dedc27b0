/** The Connection field: keep-alive, upgrade, and the fields that end here. */

import type { Http1Rule } from './rules.ts';

/** What Connection says, gathered over all its fields. */
export interface ConnectionOptions {
  close: boolean;
  keepAlive: boolean;
  upgrade: boolean;
  /** The field that says "upgrade", as it came. */
  upgradeField: string;
  /** Lower-case names of fields that must not be forwarded. */
  nominated: string[] | undefined;
}

const TOKEN = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const untouchable = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'trailer',
  'authorization',
  'x-forwarded-for',
]);

/** Adds one Connection field to what is known. @returns the rule that it breaks. */
export function readConnection(value: string, into: ConnectionOptions): Http1Rule | undefined {
  if (value === 'keep-alive' || value === 'Keep-Alive') {
    into.keepAlive = true;
    return undefined;
  }
  for (const part of value.split(',')) {
    const token = part.trim().toLowerCase();
    if (token === '') continue;
    if (!TOKEN.test(token) || untouchable.has(token)) return 'connection-invalid';
    if (token === 'close') into.close = true;
    else if (token === 'keep-alive') into.keepAlive = true;
    else if (token === 'upgrade') {
      into.upgrade = true;
      into.upgradeField = part.trim();
    }
    // TE always stands here (RFC 9110 section 10.1.4); the reader of heads leaves "trailers" of it.
    else if (token !== 'te') into.nominated = [...(into.nominated ?? []), token];
  }
  return undefined;
}

/** Takes the named fields out of a flat list, in place. */
export function dropFields(fields: string[], names: readonly string[]): void {
  let kept = 0;
  for (let i = 0; i < fields.length; i += 2) {
    if (names.includes(fields[i] as string)) continue;
    fields[kept] = fields[i] as string;
    fields[kept + 1] = fields[i + 1] as string;
    kept += 2;
  }
  while (fields.length > kept) fields.pop();
}
