/** The bodies of gRPC-Web: base64 on the way in, trailers as a frame of the body on the way out. */

import type { BodyTransform } from '@weft/data-runtime';
import { Base64Decoder, encodeBase64 } from './base64.ts';

const empty = Buffer.alloc(0);
const noFields: string[] = [];
/** Flag of a frame that holds trailers. */
const trailersFlag = 0x80;
const frameHeadBytes = 5;

/** @param invalid called once, where the body is not base64. */
export function createTextRequest(invalid: () => void): BodyTransform {
  const decoder = new Base64Decoder();
  let refused = false;
  const fail = (): Buffer => {
    if (!refused) invalid();
    refused = true;
    return empty;
  };
  return {
    get refused() {
      return refused;
    },
    onData(bytes, from, to, end) {
      const decoded = decoder.decode(bytes, from, to);
      return decoder.failed || (end && !decoder.end()) ? fail() : decoded;
    },
    onTrailers(fields) {
      return { data: decoder.end() ? empty : fail(), fields };
    },
  };
}

/** @param text the body goes as base64. */
export function createResponse(text: boolean): BodyTransform {
  return {
    onData(bytes, from, to) {
      if (from === to) return empty;
      return text ? encodeBase64(bytes.subarray(from, to)) : Buffer.from(bytes.subarray(from, to));
    },
    onTrailers(fields) {
      const frame = trailersFrame(fields);
      return { data: text ? encodeBase64(frame) : frame, fields: noFields };
    },
  };
}

function trailersFrame(fields: readonly string[]): Buffer {
  let lines = '';
  for (let i = 0; i < fields.length; i += 2) lines += `${fields[i]}:${fields[i + 1]}\r\n`;
  const frame = Buffer.allocUnsafe(frameHeadBytes + lines.length);
  frame[0] = trailersFlag;
  frame.writeUInt32BE(lines.length, 1);
  frame.write(lines, frameHeadBytes, 'latin1');
  return frame;
}
