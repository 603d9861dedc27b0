/** One request on an HTTP/1 connection: the sending side. */

import type { Endpoint } from '@weft/data-runtime';
import { lastChunk } from '@weft/http1';
import type { OutgoingHead, UpstreamClient, UpstreamStream } from '../upstream-stream.ts';
import type { Wire } from '../wire.ts';
import type { Http1Connection } from './connection.ts';
import { trailerText, writeBodyPart, writeRequest } from './request-text.ts';

/** Deaf once its answer is whole or it was reset: the connection may serve another by then. */
export class Http1Stream implements UpstreamStream {
  readonly protocol = 'HTTP/1.1';
  readonly reused: boolean;
  readonly connection: Http1Connection;
  readonly client: UpstreamClient;
  /** Nothing more is told or taken. */
  over = false;
  /** Its client gave it up, be it that its answer was whole by then: what is left of that is told to nobody. */
  dropped = false;
  /** The head was written. */
  sent = false;
  requestDone = false;
  /** Of the request: what its answer is read by. */
  method = '';
  upgrade = '';
  /** A tunnel whose wire the client left here: bytes go as they are. */
  raw = false;
  #chunked = false;

  constructor(connection: Http1Connection, client: UpstreamClient, reused: boolean) {
    this.connection = connection;
    this.client = client;
    this.reused = reused;
  }

  get endpoint(): Endpoint {
    return this.connection.endpoint;
  }

  get localAddress(): string {
    return this.connection.wire.localAddress;
  }

  get peerUri(): string | undefined {
    return this.connection.peerUri;
  }

  send(head: OutgoingHead, bytes: Buffer | undefined, from: number, to: number, end: boolean): boolean {
    if (this.over) return true;
    this.sent = true;
    this.method = head.method;
    this.upgrade = head.upgrade;
    this.#chunked = head.chunked;
    this.requestDone = end;
    const introduce = !this.reused && this.connection.tls !== undefined;
    return writeRequest(this.connection, head, introduce, bytes, from, to, end);
  }

  body(bytes: Buffer, from: number, to: number, end: boolean): boolean {
    if (this.over || this.requestDone) return true;
    const { connection } = this;
    this.requestDone = end;
    let room = true;
    if (to > from) room = writeBodyPart(connection, bytes, from, to, this.#chunked, end);
    else if (end && this.#chunked) room = connection.writeText(lastChunk);
    if (end && this.raw) this.connection.endRaw();
    return room;
  }

  trailers(fields: readonly string[]): void {
    if (this.over || this.requestDone) return;
    this.requestDone = true;
    // Without chunks there is no place for them: the length has said where the body ends.
    if (this.#chunked) this.connection.writeText(this.connection.trailers ? trailerText(fields) : lastChunk);
    else if (this.raw) this.connection.endRaw();
  }

  pause(): void {
    if (!this.over) this.connection.wire.pause();
  }

  resume(): void {
    if (!this.over) this.connection.wire.resume();
  }

  reset(): void {
    this.dropped = true;
    if (this.over) return;
    this.over = true;
    this.connection.destroy();
  }

  takeWire(): Wire | undefined {
    if (this.over) return undefined;
    this.over = true;
    return this.connection.take();
  }

  finishTunnel(): void {
    this.connection.finish();
  }
}
