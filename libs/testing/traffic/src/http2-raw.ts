/** One HTTP/2 request whose fields are written as they are, wrong ones too; of the answer only the status or the reset is read. */

import { connect } from 'node:net';
import { type Answer, answerTimeoutMs, bodyOf, noAnswer } from './answer.ts';
import type { CaseRequest } from './traffic-case.ts';

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const frameTypes = { data: 0, headers: 1, reset: 3, settings: 4, goaway: 7 };
const endStream = 1;
const endHeaders = 4;
/** RFC 7541 Appendix A: index 8 to 14. Others are Huffman coded or not as the sender likes: read as 1. */
const indexedStatuses = [200, 204, 206, 304, 400, 404, 500];

export async function sendHttp2Raw(port: number, request: CaseRequest, id: string): Promise<Answer> {
  const started = performance.now();
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let bytes = Buffer.alloc(0);
  return new Promise((resolve) => {
    let over = false;
    const finish = (seen: Partial<Answer>): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      const elapsedMs = performance.now() - started;
      resolve({ ...noAnswer, ...seen, elapsedMs, close: () => void socket.destroy() });
    };
    const timer = setTimeout(() => finish({}), request.leaveAfterMs ?? answerTimeoutMs);
    socket.on('error', () => finish({}));
    socket.on('close', () => finish({}));
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 9 && bytes.length >= 9 + bytes.readUIntBE(0, 3)) {
        const payload = bytes.subarray(9, 9 + bytes.readUIntBE(0, 3));
        const seen = meaning(bytes[3] ?? 0, payload);
        bytes = bytes.subarray(9 + payload.length);
        if (seen !== undefined) finish(seen);
      }
    });
    socket.on('connect', () => {
      const body = Buffer.from(bodyOf(request), 'latin1');
      const block = Buffer.concat([...(request.fields ?? []), `x-case: ${id}`].map(literal));
      const flags = body.length === 0 ? endHeaders | endStream : endHeaders;
      const frames = [frame(frameTypes.settings, 0, 0, Buffer.alloc(0)), frame(frameTypes.headers, flags, 1, block)];
      if (body.length > 0) frames.push(frame(frameTypes.data, endStream, 1, body));
      socket.write(Buffer.concat([Buffer.from(preface), ...frames]));
    });
  });
}

function meaning(type: number, payload: Buffer): Partial<Answer> | undefined {
  if (type === frameTypes.reset) return { reset: payload.readUInt32BE(0) };
  if (type === frameTypes.goaway) return { reset: payload.readUInt32BE(4) };
  if (type !== frameTypes.headers) return undefined;
  const status = indexedStatuses[(payload.find((octet) => (octet & 0xe0) !== 0x20) ?? 0) - 0x88] ?? 1;
  return { status, statuses: [status] };
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** RFC 7541 section 6.2.2: a literal that is not indexed, with a new name; strings are shorter than 127 octets. */
function literal(line: string): Buffer {
  const colon = line.indexOf(':', 1);
  const name = Buffer.from(line.slice(0, colon), 'latin1');
  const value = Buffer.from(line.slice(colon + 1).replace(/^ /, ''), 'latin1');
  return Buffer.concat([Buffer.from([0, name.length]), name, Buffer.from([value.length]), value]);
}
