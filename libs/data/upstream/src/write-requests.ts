/**
 * Writes to a socket's handle, past its stream. Node's own way makes a request for each write, which the system has nearly always taken
 * before the call returns: a tenth of the CPU of an HTTP/1.1 hop. Here such a request is used again.
 */

import { Socket } from 'node:net';

type Done = (error?: Error | null) => void;

/** A connection as libuv has it: Node's TCP and Pipe. */
export interface WriteHandle {
  /** Octets that the system has not taken yet. */
  readonly writeQueueSize: number;
  /** @returns 0, or libuv's error, which is below it. */
  writeLatin1String(request: WriteRequest, text: string): number;
  writeBuffer(request: WriteRequest, bytes: Buffer): number;
}

/** What Node keeps of one write until the system has taken it (lib/internal/stream_base_commons.js). */
interface WriteRequest {
  handle: WriteHandle;
  oncomplete: unknown;
  async: boolean;
  bytes: number;
  /** Keeps what is written in memory. */
  buffer: Buffer | null;
  callback: Done;
}

interface StreamInside {
  _handle: Pick<WriteHandle, 'writeLatin1String'> | null;
  _write(text: string, encoding: string, done: Done): void;
}

/** One of Node's own; nothing: this release makes them otherwise, and streams are written to. */
const sample = sampleRequest();

/** The system took all of what it was the request of. */
let spare = sample;

/** Whether `writeToHandle` can be used in this release of Node. */
export const canWriteToHandles = sample !== undefined;

/**
 * @param data a string is latin1; a buffer must not change until `done`.
 * @param done called where something waits, once the system has taken all.
 * @returns octets that wait; 0: the system took all; below 0: libuv's error, and `done` is not called.
 */
export function writeToHandle(handle: WriteHandle, data: string | Buffer, done: Done): number {
  const request = requestFor(handle, done);
  const error = typeof data === 'string' ? handle.writeLatin1String(request, data) : handle.writeBuffer(request, data);
  if (error !== 0) return error;
  const waiting = handle.writeQueueSize;
  if (waiting === 0) spare = request;
  else {
    request.async = true;
    if (typeof data !== 'string') request.buffer = data;
  }
  return waiting;
}

function requestFor(handle: WriteHandle, done: Done): WriteRequest {
  let request = spare;
  if (request === undefined) request = newRequest(sample as WriteRequest);
  else spare = undefined;
  request.handle = handle;
  request.callback = done;
  return request;
}

function newRequest(like: WriteRequest): WriteRequest {
  const request = new (like.constructor as new () => WriteRequest)();
  request.oncomplete = like.oncomplete;
  request.async = false;
  request.bytes = 0;
  request.buffer = null;
  return request;
}

/** Node exports neither the class nor what is called at the end: a socket hands both to its handle with its first write. */
function sampleRequest(): WriteRequest | undefined {
  let handed: WriteRequest | undefined;
  const inside = new Socket() as unknown as StreamInside;
  inside._handle = {
    writeLatin1String(request) {
      handed = request;
      return 0;
    },
  };
  inside._write('', 'latin1', () => {});
  inside._handle = null;
  return typeof handed?.oncomplete === 'function' ? handed : undefined;
}
