/** A request as HTTP/1.1 text: one latin1 string for the head, joined with the first part of the body where that is small. */

import { lastChunk, serializeFields, serializeRequestHead } from '@weft/http1';
import { upstreamLimits } from '../limits.ts';
import type { OutgoingHead } from '../upstream-stream.ts';

/** Where a request goes. */
export interface RequestOutput {
  /** @param text latin1; leaves in this turn. @returns as `Wire.write`. */
  writeText(text: string): boolean;
  /** @returns as `Wire.writeBoth`. */
  writeBoth(head: string, body: Buffer): boolean;
}

/** Writes the head with the first part of the body in one go. @param introduce the introduction goes with it. @returns as `Wire.write`. */
export function writeRequest(
  output: RequestOutput,
  head: OutgoingHead,
  introduce: boolean,
  bytes: Buffer | undefined,
  from: number,
  to: number,
  end: boolean,
): boolean {
  let tail = introduce ? head.introduction : '';
  if (head.upgrade !== '') tail += `connection: ${head.upgradeWord ?? 'upgrade'}\r\nupgrade: ${head.upgrade}\r\n`;
  if (head.chunked) tail += 'transfer-encoding: chunked\r\n';
  const text = serializeRequestHead(head.method, head.target, head.authority, head.fields, tail);
  const length = to - from;
  const closing = head.chunked && end ? lastChunk : '';
  if (bytes === undefined || length === 0) return output.writeText(text + closing);
  if (length > upstreamLimits.joinedBodyBytesMax)
    return output.writeBoth(text, bodyPart(bytes, from, to, head.chunked, end));
  const data = bytes.toString('latin1', from, to);
  return output.writeText(head.chunked ? `${text}${length.toString(16)}\r\n${data}\r\n${closing}` : text + data);
}

/** A copy of a part of a body, because the read buffer is used again; with chunk and last chunk around where they are due. */
export function bodyPart(bytes: Buffer, from: number, to: number, chunked: boolean, end: boolean): Buffer {
  if (!chunked) return Buffer.from(bytes.subarray(from, to));
  const length = to - from;
  const size = `${length.toString(16)}\r\n`;
  const closing = end ? `\r\n${lastChunk}` : '\r\n';
  const part = Buffer.allocUnsafe(size.length + length + closing.length);
  part.write(size, 0, 'latin1');
  bytes.copy(part, size.length, from, to);
  part.write(closing, size.length + length, 'latin1');
  return part;
}

/** The end of a chunked body with trailers. */
export function trailerText(fields: readonly string[]): string {
  return `0\r\n${serializeFields(fields)}\r\n`;
}
