/** Request heads: parsed strictly, with what ends at this hop taken out (RFC 9112, RFC 9110 section 7.6). */

import { authorityViolation, joinedValue, parseContentLength, RequestHead, sameAuthority } from '@weft/http';
import { type ConnectionOptions, dropFields, readConnection } from './connection-field.ts';
import { parseFields } from './fields.ts';
import { transferEncodingViolation } from './framing.ts';
import { lineViolation } from './head-reader.ts';
import { http1Limits } from './limits.ts';
import { CR, LF, methodOctets, nameOctets, SP, TAB, targetOctets } from './octets.ts';
import type { Http1Rule } from './rules.ts';
import { parseTarget } from './target.ts';

/** What a server takes. */
export interface RequestRules {
  readonly fieldsMax: number;
  /** HTTP/1.0 requests are taken, those without Host for `defaultHost` where that is not empty. */
  readonly http10: boolean;
  readonly defaultHost: string;
}

const usual: RequestRules = { fieldsMax: http1Limits.headFieldsMax, http10: false, defaultHost: '' };

/** @param start first octet of the head; `end` the octet after its empty line. @returns the head, or the rule that it breaks. */
export function parseRequestHead(bytes: Buffer, start: number, end: number, rules = usual): RequestHead | Http1Rule {
  const head = new RequestHead();
  head.bytes = end - start;
  const broken = readRequest(bytes, start, end, head, rules);
  if (broken === undefined) return head;
  // The order that a HeadReader finds things in, whatever the split points.
  const first = bytes[start] as number;
  if (nameOctets[first] === 0) return first === LF ? 'bare-lf' : 'request-line';
  return lineViolation(bytes, start, end, start) ?? broken;
}

/** What could be read of a head that `parseRequestHead` refused: for the log of the request that it would have been. */
export function refusedRequestHead(bytes: Buffer, start: number, end: number): RequestHead {
  const head = new RequestHead();
  readRequest(bytes, start, end, head, usual);
  return head;
}

function readRequest(
  bytes: Buffer,
  start: number,
  end: number,
  head: RequestHead,
  rules: RequestRules,
): Http1Rule | undefined {
  const text = bytes.latin1Slice(start, end);
  let at = start;
  while (methodOctets[bytes[at] as number] === 1) at += 1;
  const methodEnd = at;
  if (bytes[at] !== SP) return bytes[at] === CR || bytes[at] === LF ? 'request-line' : 'method-invalid';
  if (at === start || at - start > http1Limits.methodBytesMax) return 'method-invalid';
  at += 1;
  const targetStart = at;
  while (targetOctets[bytes[at] as number] === 1) at += 1;
  const targetEnd = at;
  if (bytes[at] !== SP) return targetViolation(bytes[at] as number);
  if (targetEnd === targetStart) return 'request-line';
  at += 1;
  if (!text.startsWith('HTTP/1.1\r\n', at - start)) {
    if (!rules.http10 || !text.startsWith('HTTP/1.0\r\n', at - start)) return versionViolation(text, at - start);
    head.protocol = 'HTTP/1.0';
  }
  head.method = text.substring(0, methodEnd - start);
  const broken = parseFields(bytes, text, start, at + 10, end - 2, head.fields, rules.fieldsMax);
  if (broken !== undefined) return broken;
  return (
    readTarget(text.substring(targetStart - start, targetEnd - start), head) ?? readSemantics(head, rules.defaultHost)
  );
}

/** What is wrong at an octet that should have been the space after a target. */
function targetViolation(octet: number): Http1Rule {
  if (octet === CR || octet === LF) return 'request-line';
  if (octet === 0x23) return 'target-fragment';
  return (octet < SP && octet !== TAB) || octet === 0x7f ? 'target-control' : 'target-invalid';
}

/** TE lists "trailers" among its codings. */
function acceptsTrailers(value: string): boolean {
  return value.split(',').some((coding) => coding.trim().toLowerCase() === 'trailers');
}

function versionViolation(text: string, at: number): Http1Rule {
  const line = text.substring(at, text.indexOf('\r\n', at));
  if (/\s/.test(line)) return 'request-line';
  if (line === 'HTTP/1.0') return 'version-old';
  return /^HTTP\/[0-9]\.[0-9]$/.test(line) ? 'version-unsupported' : 'version-invalid';
}

function readTarget(target: string, head: RequestHead): Http1Rule | undefined {
  if (target.charCodeAt(0) === 0x2f && head.method !== 'CONNECT') {
    const mark = target.indexOf('?');
    head.hasQuery = mark >= 0;
    head.path = mark < 0 ? target : target.substring(0, mark);
    head.query = mark < 0 ? '' : target.substring(mark + 1);
    return undefined;
  }
  const parsed = parseTarget(head.method, target);
  if (typeof parsed === 'string') return parsed;
  head.absolute = parsed.form === 'absolute';
  head.authority = parsed.authority;
  head.path = parsed.path;
  head.query = parsed.query;
  head.hasQuery = target.includes('?');
  return checkTargetHost(parsed.scheme, head);
}

function checkTargetHost(scheme: '' | 'http' | 'https', head: RequestHead): Http1Rule | undefined {
  if (head.authority === '') return undefined;
  const host = joinedValue(head.fields, 'host');
  if (host === undefined) return head.protocol === 'HTTP/1.0' ? undefined : 'host-missing';
  if (host === '') return undefined;
  return host.includes(',') || sameAuthority(host, head.authority, scheme) ? undefined : 'host-mismatch';
}

const options: ConnectionOptions = {
  close: false,
  keepAlive: false,
  upgrade: false,
  upgradeField: '',
  nominated: undefined,
};

/** Reads the fields that mean something to this hop and takes out those that end here, in one pass. */
function readSemantics(head: RequestHead, defaultHost: string): Http1Rule | undefined {
  const fields = head.fields;
  const count = fields.length;
  options.close = options.keepAlive = options.upgrade = false;
  options.nominated = undefined;
  let kept = 0;
  let hosts = 0;
  let upgrade = '';
  for (let i = 0; i < count; i += 2) {
    const name = fields[i] as string;
    let value = fields[i + 1] as string;
    let broken: Http1Rule | undefined;
    switch (name.length) {
      case 2:
        if (name !== 'te' || value === 'trailers') break;
        if (!acceptsTrailers(value)) continue;
        value = 'trailers';
        break;
      case 4:
        if (name !== 'host') break;
        hosts += 1;
        broken = readHost(value, hosts, head);
        if (broken !== undefined) return broken;
        continue;
      case 6:
        // As Envoy: what is not known of expectations is the endpoint's to judge.
        if (name !== 'expect' || value.toLowerCase() !== '100-continue') break;
        head.expectContinue = true;
        continue;
      case 7:
        if (name !== 'upgrade') break;
        upgrade = upgrade === '' ? value : `${upgrade}, ${value}`;
        continue;
      case 10:
        if (name === 'keep-alive') continue;
        if (name !== 'connection') break;
        broken = readConnection(value, options);
        if (broken !== undefined) return broken;
        continue;
      case 14:
        if (name === 'content-length') broken = readLength(value, head);
        break;
      case 16:
        if (name === 'proxy-connection') continue;
        break;
      case 17:
        if (name !== 'transfer-encoding') break;
        broken = readCoding(value, head);
        if (broken !== undefined) return broken;
        continue;
      default:
    }
    if (broken !== undefined) return broken;
    fields[kept] = name;
    fields[kept + 1] = value;
    kept += 2;
  }
  // Setting `length` costs several times as much.
  while (fields.length > kept) fields.pop();
  if (hosts === 0 && head.authority === '') {
    if (head.protocol !== 'HTTP/1.0' || defaultHost === '') return 'host-missing';
    head.authority = defaultHost;
  }
  return finishSemantics(head, upgrade);
}

/** A Host that was found valid. */
let lastHost = '';

function readHost(value: string, nth: number, head: RequestHead): Http1Rule | undefined {
  if (nth > 1) return 'host-doubled';
  // Most requests name the host of the one before.
  if (value !== lastHost) {
    const broken = authorityViolation(value);
    if (broken !== undefined) return broken;
    lastHost = value;
  }
  if (head.authority === '') head.authority = value;
  return undefined;
}

function readLength(value: string, head: RequestHead): Http1Rule | undefined {
  if (head.framing === 'chunked') return 'length-and-chunked';
  if (head.framing === 'length') return 'content-length-doubled';
  const length = parseContentLength(value);
  if (length < 0) return value.includes(',') ? 'content-length-doubled' : 'content-length-invalid';
  head.framing = 'length';
  head.contentLength = length;
  return undefined;
}

function readCoding(value: string, head: RequestHead): Http1Rule | undefined {
  if (head.framing === 'length') return 'length-and-chunked';
  if (head.framing === 'chunked') return 'transfer-encoding-doubled';
  const broken = head.protocol === 'HTTP/1.0' ? 'transfer-encoding-invalid' : transferEncodingViolation(value);
  if (broken !== undefined) return broken;
  head.framing = 'chunked';
  return undefined;
}

function finishSemantics(head: RequestHead, upgrade: string): Http1Rule | undefined {
  head.keepAlive = head.protocol === 'HTTP/1.0' ? options.keepAlive && !options.close : !options.close;
  if (options.upgrade) {
    head.upgrade = upgrade;
    head.upgradeConnection = options.upgradeField;
  }
  if (options.nominated !== undefined) dropFields(head.fields, options.nominated);
  if (head.framing === 'none') return undefined;
  if (head.method === 'CONNECT' || head.method === 'TRACE') return 'body-not-allowed';
  return undefined;
}
