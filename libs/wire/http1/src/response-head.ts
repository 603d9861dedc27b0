/** Response heads: parsed strictly, with what ends at this hop taken out. */

import { parseContentLength, ResponseHead } from '@weft/http';
import { type ConnectionOptions, dropFields, readConnection } from './connection-field.ts';
import { parseFields } from './fields.ts';
import { transferEncodingViolation } from './framing.ts';
import { lineViolation } from './head-reader.ts';
import { http1Limits } from './limits.ts';
import { hexValues, nameOctets, valueOctets } from './octets.ts';
import type { Http1Rule } from './rules.ts';

/**
 * @param method of the request that this answers: HEAD and CONNECT decide whether there is a body.
 * @returns the head, or the rule that it breaks.
 */
export function parseResponseHead(
  bytes: Buffer,
  start: number,
  end: number,
  method: string,
  fieldsMax: number = http1Limits.headFieldsMax,
): ResponseHead | Http1Rule {
  const head = new ResponseHead();
  head.bytes = end - start;
  const broken = readResponse(bytes, start, end, head, fieldsMax) ?? decideFraming(head, method);
  if (broken === undefined) return head;
  const first = bytes[start] as number;
  if (nameOctets[first] === 0) return first === 0x0a ? 'bare-lf' : 'request-line';
  return lineViolation(bytes, start, end, start) ?? broken;
}

function readResponse(
  bytes: Buffer,
  start: number,
  end: number,
  head: ResponseHead,
  fieldsMax: number,
): Http1Rule | undefined {
  const text = bytes.latin1Slice(start, end);
  if (text.startsWith('HTTP/1.0 ')) head.old = true;
  else if (!text.startsWith('HTTP/1.1 '))
    return /^HTTP\/[0-9]\.[0-9] /.test(text) ? 'version-unsupported' : 'status-line';
  const hundreds = hexValues[bytes[start + 9] as number] as number;
  const tens = hexValues[bytes[start + 10] as number] as number;
  const units = hexValues[bytes[start + 11] as number] as number;
  if (hundreds < 1 || hundreds > 9 || tens > 9 || units > 9) return 'status-line';
  head.status = hundreds * 100 + tens * 10 + units;
  let at = start + 12;
  const line = text.indexOf('\r\n') + start;
  if (at !== line) {
    if (bytes[at] !== 0x20) return 'status-line';
    while (at < line && valueOctets[bytes[at] as number] === 1) at += 1;
    if (at !== line) return 'status-line';
    head.reason = text.substring(13, line - start);
  }
  return parseFields(bytes, text, start, line + 2, end - 2, head.fields, fieldsMax) ?? readSemantics(head);
}

const options: ConnectionOptions = {
  close: false,
  keepAlive: false,
  upgrade: false,
  upgradeField: '',
  nominated: undefined,
};

function readSemantics(head: ResponseHead): Http1Rule | undefined {
  const fields = head.fields;
  options.close = options.keepAlive = options.upgrade = false;
  options.nominated = undefined;
  let upgrade = '';
  let kept = 0;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    const value = fields[i + 1] as string;
    let broken: Http1Rule | undefined;
    switch (name.length) {
      case 7:
        if (name !== 'upgrade') break;
        upgrade = value;
        continue;
      case 10:
        if (name === 'keep-alive') {
          const seconds = /(?:^|[,\s])timeout=([0-9]{1,6})/i.exec(value);
          if (seconds !== null) head.keepAliveSeconds = Number(seconds[1]);
          continue;
        }
        if (name !== 'connection') break;
        broken = readConnection(value, options);
        if (broken !== undefined) return broken;
        continue;
      case 14:
        if (name !== 'content-length') break;
        if (head.framing === 'chunked') return 'length-and-chunked';
        if (head.framing === 'length') return 'content-length-doubled';
        head.contentLength = parseContentLength(value);
        if (head.contentLength < 0) return value.includes(',') ? 'content-length-doubled' : 'content-length-invalid';
        head.framing = 'length';
        break;
      case 16:
        if (name === 'proxy-connection') continue;
        break;
      case 17:
        if (name !== 'transfer-encoding') break;
        if (head.framing === 'length') return 'length-and-chunked';
        if (head.framing === 'chunked') return 'transfer-encoding-doubled';
        broken = head.old ? 'transfer-encoding-invalid' : transferEncodingViolation(value);
        if (broken !== undefined) return broken;
        head.framing = 'chunked';
        continue;
      default:
    }
    fields[kept] = name;
    fields[kept + 1] = value;
    kept += 2;
  }
  while (fields.length > kept) fields.pop();
  if (options.nominated !== undefined) dropFields(fields, options.nominated);
  head.keepAlive = head.old ? options.keepAlive && !options.close : !options.close;
  if (options.upgrade) head.upgrade = upgrade;
  return undefined;
}

function decideFraming(head: ResponseHead, method: string): Http1Rule | undefined {
  const status = head.status;
  if (status < 200 || status === 204) {
    if (status !== 101 && head.framing === 'length' && head.contentLength > 0) return 'body-not-allowed';
    if (head.framing === 'chunked') return 'body-not-allowed';
    head.framing = 'none';
  } else if (status === 304 || method === 'HEAD') {
    head.framing = 'none';
  } else if (head.framing === 'length' && head.contentLength === 0) {
    head.framing = 'none';
  } else if (head.framing === 'close') {
    head.keepAlive = false;
  }
  return undefined;
}
