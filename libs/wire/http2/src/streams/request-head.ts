/** Requests: from a decoded list to a head that may be forwarded (RFC 9113 section 8.3.1, RFC 8441), or the rule that is broken. */

import {
  authorityViolation,
  methodOctets,
  parseContentLength,
  type RequestHead,
  sameAuthority,
  targetOctets,
} from '@weft/http';
import type { HeaderList } from '../hpack/decoder.ts';
import {
  AUTHORITY,
  CONNECTION,
  CONTENT_LENGTH,
  COOKIE,
  EXPECT,
  HOST,
  METHOD,
  ORDINARY,
  PATH,
  PROTOCOL,
  SCHEME,
  STATUS,
  TE,
} from '../hpack/field-kinds.ts';
import { http2Limits } from '../limits.ts';

/** What the fields of one request say; used again. */
const seen = { path: '', protocol: '', host: '', pseudo: 0, cookieAt: -1 };

/**
 * Fills a fresh head. @param ended END_STREAM came with it. @param extended SETTINGS_ENABLE_CONNECT_PROTOCOL was sent.
 * @returns the rule that is broken; empty: none.
 */
export function readRequestHead(list: HeaderList, ended: boolean, extended: boolean, head: RequestHead): string {
  seen.path = seen.protocol = seen.host = '';
  seen.pseudo = 0;
  seen.cookieAt = -1;
  head.protocol = 'HTTP/2';
  head.bytes = list.encodedBytes;
  const { fields, kinds } = list;
  let regular = false;
  for (let i = 0; i < list.size; i += 1) {
    const name = fields[i * 2] as string;
    const value = fields[i * 2 + 1] as string;
    const kind = kinds[i] as number;
    if (kind === ORDINARY) {
      regular = true;
      head.fields.push(name, value);
      continue;
    }
    const broken = kind <= PROTOCOL ? readPseudo(kind, value, regular, head) : readSpecial(kind, name, value, head);
    if (broken !== '') return broken;
    if (kind > PROTOCOL) regular = true;
  }
  return readTarget(head, extended) || readHost(head) || readFraming(head, ended);
}

function readPseudo(kind: number, value: string, late: boolean, head: RequestHead): string {
  if (late) return 'pseudo-headers come before other fields';
  if ((seen.pseudo & (1 << kind)) !== 0) return 'a pseudo-header comes once';
  seen.pseudo |= 1 << kind;
  switch (kind) {
    case METHOD:
      head.method = value;
      return validMethod(value) ? '' : 'a method is upper-case letters, digits, "-" and "_", 32 at most';
    case SCHEME:
      head.scheme = value;
      return value === 'http' || value === 'https' ? '' : ':scheme is http or https';
    case AUTHORITY:
      head.authority = value;
      return '';
    case PATH:
      seen.path = value;
      return '';
    case PROTOCOL:
      seen.protocol = value;
      return '';
    default:
      return 'a request has no :status';
  }
}

function readSpecial(kind: number, name: string, value: string, head: RequestHead): string {
  switch (kind) {
    case HOST:
      if ((seen.pseudo & (1 << HOST)) !== 0) return 'a request has one Host field';
      seen.pseudo |= 1 << HOST;
      seen.host = value;
      return '';
    case COOKIE:
      if (seen.cookieAt < 0) {
        seen.cookieAt = head.fields.length + 1;
        head.fields.push(name, value);
      } else head.fields[seen.cookieAt] = `${head.fields[seen.cookieAt]}; ${value}`;
      return '';
    case CONTENT_LENGTH:
      if (head.framing === 'length') return 'one Content-Length field with one value';
      head.framing = 'length';
      head.contentLength = parseContentLength(value);
      head.fields.push(name, value);
      return head.contentLength < 0 ? 'Content-Length is decimal digits' : '';
    case TE:
      if (value.toLowerCase() !== 'trailers') return 'TE has no value but trailers';
      head.fields.push(name, 'trailers');
      return '';
    case EXPECT:
      // As Envoy: what is not known of expectations is the endpoint's to judge.
      if (value.toLowerCase() === '100-continue') head.expectContinue = true;
      else head.fields.push(name, value);
      return '';
    case CONNECTION:
      return 'connection-specific fields are not for HTTP/2';
    default:
      return 'a field has a lower-case token as its name and no control characters or outer spaces in its value';
  }
}

function validMethod(method: string): boolean {
  const length = method.length;
  if (length === 0 || length > http2Limits.methodBytesMax) return false;
  for (let i = 0; i < length; i += 1) if (methodOctets[method.charCodeAt(i)] !== 1) return false;
  return true;
}

const has = (kind: number): boolean => (seen.pseudo & (1 << kind)) !== 0;

function readTarget(head: RequestHead, extended: boolean): string {
  if (!has(METHOD) || has(STATUS)) return 'a request has :method';
  if (has(PROTOCOL)) {
    if (!extended) return ':protocol was not allowed by SETTINGS_ENABLE_CONNECT_PROTOCOL';
    if (head.method !== 'CONNECT' || seen.protocol === '') return ':protocol comes with CONNECT';
    head.method = 'GET';
    head.upgrade = seen.protocol;
  } else if (head.method === 'CONNECT') {
    if (has(SCHEME) || has(PATH)) return 'CONNECT has no :scheme and no :path';
    return /:[0-9]+$/.test(head.authority) ? '' : 'CONNECT has host:port as :authority';
  }
  if (!has(SCHEME)) return 'a request has :scheme';
  const path = seen.path;
  if (path.charCodeAt(0) !== 0x2f) {
    if (path !== '*' || head.method !== 'OPTIONS') return ':path begins with "/", or is "*" for OPTIONS';
  }
  let mark = -1;
  for (let i = 0; i < path.length; i += 1) {
    const code = path.charCodeAt(i);
    if (targetOctets[code] !== 1) return ':path has visible ASCII characters only, and no fragment';
    if (code === 0x3f && mark < 0) mark = i;
  }
  if (mark < 0) head.path = path;
  else {
    head.hasQuery = true;
    head.path = path.substring(0, mark);
    head.query = path.substring(mark + 1);
  }
  return '';
}

/** The last authority that was found well-formed: most requests of a connection have the same. */
let lastAuthority = '';

function readHost(head: RequestHead): string {
  if (has(HOST)) {
    if (!has(AUTHORITY)) head.authority = seen.host;
    else if (seen.host !== '' && !sameAuthority(seen.host, head.authority, head.scheme)) {
      return 'Host and :authority are the same';
    }
  }
  const authority = head.authority;
  if (authority === lastAuthority && authority !== '') return '';
  if (authorityViolation(authority) !== undefined) return ':authority is a name or an address, and a port';
  lastAuthority = authority;
  return '';
}

function readFraming(head: RequestHead, ended: boolean): string {
  if (ended) {
    if (head.framing === 'length' && head.contentLength !== 0) return 'Content-Length is the length of the body';
    head.framing = 'none';
    return '';
  }
  if (head.method === 'TRACE') return 'TRACE has no body';
  if (head.framing === 'none') head.framing = 'chunked';
  else if (head.method === 'CONNECT' || head.upgrade !== '') return 'CONNECT has no Content-Length';
  return '';
}
