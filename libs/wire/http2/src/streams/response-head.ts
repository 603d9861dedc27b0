/** Answers: from a decoded list to a head that may be forwarded (RFC 9113 section 8.3.2), or the rule that is broken. */

import { parseContentLength, type ResponseHead } from '@weft/http';
import type { HeaderList } from '../hpack/decoder.ts';
import { BROKEN, CONNECTION, CONTENT_LENGTH, ORDINARY, PROTOCOL, STATUS } from '../hpack/field-kinds.ts';

/** Fills a fresh head. @param ended END_STREAM came with it. @param noBody the request was HEAD. @returns the rule that is broken; empty: none. */
export function readResponseHead(list: HeaderList, ended: boolean, noBody: boolean, head: ResponseHead): string {
  head.bytes = list.encodedBytes;
  head.framing = 'chunked';
  const { fields, kinds } = list;
  for (let i = 0; i < list.size; i += 1) {
    const name = fields[i * 2] as string;
    const value = fields[i * 2 + 1] as string;
    const kind = kinds[i] as number;
    if (kind !== ORDINARY) {
      if (kind === STATUS) {
        if (i > 0) return ':status comes once, before the fields';
        head.status = parseStatus(value);
        if (head.status === 0) return ':status is three digits, and not 101';
        continue;
      }
      const broken = readSpecial(kind, value, head);
      if (broken !== '') return broken;
    }
    head.fields.push(name, value);
  }
  if (head.status === 0) return 'an answer has :status';
  return readFraming(head, ended, noBody);
}

function readSpecial(kind: number, value: string, head: ResponseHead): string {
  if (kind === CONTENT_LENGTH) {
    if (head.framing === 'length') return 'one Content-Length field with one value';
    head.framing = 'length';
    head.contentLength = parseContentLength(value);
    return head.contentLength < 0 ? 'Content-Length is decimal digits' : '';
  }
  if (kind === CONNECTION) return 'connection-specific fields are not for HTTP/2';
  if (kind === BROKEN)
    return 'a field has a lower-case token as its name and no control characters or outer spaces in its value';
  return kind <= PROTOCOL ? 'an answer has no pseudo-header but :status' : '';
}

function parseStatus(value: string): number {
  if (value.length !== 3) return 0;
  const status = Number(value);
  return status >= 100 && status <= 999 && Number.isInteger(status) && status !== 101 ? status : 0;
}

function readFraming(head: ResponseHead, ended: boolean, noBody: boolean): string {
  const { status } = head;
  if (status < 200) return ended ? 'an informational answer does not end the stream' : '';
  if (!ended) return '';
  const bodiless = noBody || status === 204 || status === 304;
  if (head.framing === 'length' && head.contentLength !== 0 && !bodiless)
    return 'Content-Length is the length of the body';
  head.framing = 'none';
  return '';
}
