/** What the first octets of a connection say of it: TLS with its names, HTTP/1, HTTP/2, or neither. */

import { preface } from '@weft/http2';
import { type ClientHello, parseClientHello } from '@weft/tls';

export interface Inspected {
  readonly transportProtocol: 'tls' | 'raw_buffer';
  readonly hello: ClientHello | undefined;
  /** As http_inspector names them: "http/1.0", "http/1.1", "h2c"; empty: none of these. */
  readonly http: '' | 'http/1.0' | 'http/1.1' | 'h2c';
}

/** Octets that are looked at for a request line. */
export const requestLineBytesMax = 8_192;

const requestLine = /^[A-Z][A-Z-]{0,31} [\x21-\xff]+ HTTP\/1\.([01])\r?\n/;
const requestStart = /^[A-Z][A-Z-]{0,31}(?: [\x21-\xff]*(?: [HTP/1.0]*\r?)?)?$/;

/** @returns nothing: more octets are needed. */
export function inspect(bytes: Buffer, tls: boolean, http: boolean): Inspected | undefined {
  if (tls) {
    const hello = parseClientHello(bytes);
    if (hello === 'incomplete') return undefined;
    if (hello !== 'other') return { transportProtocol: 'tls', hello, http: '' };
  }
  if (!http) return { transportProtocol: 'raw_buffer', hello: undefined, http: '' };
  const version = httpVersionOf(bytes);
  return version === undefined ? undefined : { transportProtocol: 'raw_buffer', hello: undefined, http: version };
}

function httpVersionOf(bytes: Buffer): Inspected['http'] | undefined {
  const shared = Math.min(bytes.length, preface.length);
  if (preface.compare(bytes, 0, shared, 0, shared) === 0) return shared === preface.length ? 'h2c' : undefined;
  const text = bytes.toString('latin1', 0, Math.min(bytes.length, requestLineBytesMax));
  const line = requestLine.exec(text);
  if (line !== null) return line[1] === '0' ? 'http/1.0' : 'http/1.1';
  const complete = text.includes('\n') || bytes.length >= requestLineBytesMax;
  return !complete && requestStart.test(text) ? undefined : '';
}
