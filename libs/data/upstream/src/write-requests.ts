/**
 * Writes to a socket's handle, past its stream. Node's own way makes a request for each write, with native parts, which the system has
 * nearly always taken before the call returns. Here such a request is used again.
 */

import { Socket } from 'node:net';

type Done = (error?: Error | null) => void;

/** A connection as libuv has it: Node's TCP and Pipe. */
export interface WriteHandle {
  /** @returns 0, or libuv's error, which is below it. */
  writeLatin1String(request: WriteRequest, text: string): number;
  writeBuffer(request: WriteRequest, bytes: Buffer): number;
}

/** What Node keeps of one write until the system has taken it (lib/internal/stream_base_commons.js). */
export interface WriteRequest {
  handle: WriteHandle;
  oncomplete: unknown;
  async: boolean;
  bytes: number;
  /** Keeps what is written in memory. */
  buffer: Buffer | null;
  callback: Done;
  /**
   * `noRequest` where nothing native hangs on it. The handle's queue does not tell: libuv tries a second time before it queues, and what
   * it has sent by then is called back all the same.
   */
  getAsyncId(): number;
}

interface RequestKind {
  readonly Request: new () => WriteRequest;
  /** Called by Node once the system has taken all, or never will. */
  readonly oncomplete: unknown;
}

interface StreamInside {
  _handle: Pick<WriteHandle, 'writeLatin1String'> | null;
  _write(text: string, encoding: string, done: Done): void;
}

/** Async ids are positive. */
const noRequest = -1;

/** Nothing: this release of Node makes its requests otherwise, and streams are written to. */
const kind = requestKind();

/** Nothing waits on it. It holds on to the connection that wrote last. */
let spare: WriteRequest | undefined;

/** Whether `writeToHandle` can be used in this release of Node. */
export const canWriteToHandles = kind !== undefined;

/** What `writeToHandle` returns where the system has taken all. */
export const writeTaken = 0;
/** What it returns where it has not, or where that is not known yet. */
export const writeWaits = 1;

/**
 * @param data a string is latin1; a buffer must not change until it is taken.
 * @param done called once, later, where `writeWaits` is returned, and not otherwise.
 * @returns `writeTaken`, `writeWaits`, or libuv's error, which is below 0.
 */
export function writeToHandle(handle: WriteHandle, data: string | Buffer, done: Done): number {
  const request = spare ?? newRequest(kind as RequestKind);
  spare = undefined;
  request.handle = handle;
  request.callback = done;
  const error = typeof data === 'string' ? handle.writeLatin1String(request, data) : handle.writeBuffer(request, data);
  if (error !== 0) return error;
  if (request.getAsyncId() === noRequest) {
    spare = request;
    return writeTaken;
  }
  request.async = true;
  if (typeof data !== 'string') request.buffer = data;
  return writeWaits;
}

function newRequest({ Request, oncomplete }: RequestKind): WriteRequest {
  const request = new Request();
  request.oncomplete = oncomplete;
  request.async = false;
  request.bytes = 0;
  request.buffer = null;
  return request;
}

/** Node exports neither the class nor what is called at the end: a socket hands both to its handle with its first write. */
function requestKind(): RequestKind | undefined {
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
  if (typeof handed?.oncomplete !== 'function' || handed.getAsyncId?.() !== noRequest) return undefined;
  return { Request: handed.constructor as RequestKind['Request'], oncomplete: handed.oncomplete };
}
