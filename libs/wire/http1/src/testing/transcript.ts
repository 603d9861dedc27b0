/** Reads octets in given pieces and writes down what was understood: equal for all ways to split them. */

import type { RequestHead, ResponseHead } from '@weft/http';
import { BodyReader } from '../body-reader.ts';
import { HeadReader, headIncomplete, headViolated } from '../head-reader.ts';
import { parseRequestHead } from '../request-head.ts';
import { parseResponseHead } from '../response-head.ts';

type Parse = (bytes: Buffer, start: number, end: number) => RequestHead | ResponseHead | string;

const parseAsRequest: Parse = (bytes, start, end) => parseRequestHead(bytes, start, end);
const parseAsResponse: Parse = (bytes, start, end) => parseResponseHead(bytes, start, end, 'GET');

/** @param cuts ascending offsets at which the octets are split. */
export function requestTranscript(octets: Buffer, cuts: readonly number[]): string {
  return transcript(octets, cuts, parseAsRequest);
}

/** As `requestTranscript`, for answers to GET. */
export function responseTranscript(octets: Buffer, cuts: readonly number[]): string {
  return transcript(octets, cuts, parseAsResponse);
}

function transcript(octets: Buffer, cuts: readonly number[], parse: Parse): string {
  const reader = new HeadReader();
  const body = new BodyReader();
  let inBody = false;
  let said = '';
  let bodyText = '';

  const feed = (chunk: Buffer): boolean => {
    let at = 0;
    let bytes = chunk;
    let limit = chunk.length;
    while (at < limit || (inBody && body.done)) {
      if (inBody) {
        while (at < limit && !body.done) {
          at = body.next(bytes, at, limit);
          if (at < 0) {
            said += ` !${body.violation}`;
            return false;
          }
          bodyText += bytes.toString('latin1', body.dataFrom, body.dataTo);
        }
        if (!body.done) return true;
        said += ` body=${bodyText}; ${body.trailers.join(':')}`;
        bodyText = '';
        inBody = false;
        continue;
      }
      const end = reader.feed(bytes.subarray(0, limit), at);
      if (end === headIncomplete) return true;
      const head = end === headViolated ? String(reader.violation) : parse(reader.bytes, reader.start, end);
      if (typeof head === 'string') {
        said += ` !${head}`;
        return false;
      }
      said += JSON.stringify(head);
      body.start(head.framing, head.contentLength);
      inBody = true;
      bytes = Buffer.from(reader.bytes.subarray(0, reader.limit));
      at = end;
      limit = reader.limit;
    }
    return true;
  };

  let from = 0;
  for (const cut of [...cuts, octets.length]) {
    if (!feed(octets.subarray(from, cut))) return said;
    from = cut;
  }
  return said + (inBody ? ` part=${bodyText}` : '');
}
