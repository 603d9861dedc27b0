/** A request as HTTP/1.1 text: one latin1 string for the head, joined with the first part of the body where that is small. */

import { lastChunk, serializeFields, serializeRequestHead } from '@weft/http1';
import { upstreamLimits } from '../limits.ts';
import type { OutgoingHead } from '../upstream-stream.ts';

/** Where a request goes. */
export interface RequestOutput {
  /** @param text latin1; leaves in this turn. @returns as `Wire.write`. */
  writeText(text: string): boolean;
  /** As of `Wire`. */
  writePart(head: string, bytes: Buffer, from: number, to: number, tail: string): boolean;
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
  const size = head.chunked ? chunkSize(length) : '';
  const after = head.chunked ? `\r\n${closing}` : '';
  if (length > upstreamLimits.joinedBodyBytesMax) return output.writePart(text + size, bytes, from, to, after);
  return output.writeText(text + size + bytes.toString('latin1', from, to) + after);
}

/** Writes a part of a body, with chunk and last chunk around it where they are due. @returns as `Wire.write`. */
export function writeBodyPart(
  output: RequestOutput,
  bytes: Buffer,
  from: number,
  to: number,
  chunked: boolean,
  end: boolean,
): boolean {
  if (!chunked) return output.writePart('', bytes, from, to, '');
  return output.writePart(chunkSize(to - from), bytes, from, to, end ? `\r\n${lastChunk}` : '\r\n');
}

function chunkSize(length: number): string {
  return `${length.toString(16)}\r\n`;
}

/** The end of a chunked body with trailers. */
export function trailerText(fields: readonly string[]): string {
  return `0\r\n${serializeFields(fields)}\r\n`;
}
