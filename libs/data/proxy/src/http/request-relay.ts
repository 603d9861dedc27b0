/** The way out: a request's head and body written to the endpoint, its body held as long as there is none. */

import type { UpstreamConnection } from '@weft/data-upstream';
import { BodyReader, serializeRequestHead } from '@weft/http1';
import type { HttpExchange } from './exchange.ts';
import { httpLimits } from './limits.ts';

export class RequestRelay {
  /** Fed by the connection. */
  readonly body = new BodyReader();
  readonly #exchange: HttpExchange;
  #bytes: Buffer | undefined;
  #from = 0;
  #to = 0;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  /** @param bytes holds the first part of the body from `from` to `to`: valid during the call of the stages, unless it is held. */
  start(bytes: Buffer, from: number, to: number): void {
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
  }

  /** The endpoint is not there yet: what came of the body is copied, and no more is read. */
  hold(): void {
    const bytes = this.#bytes;
    if (bytes === undefined || this.#to === this.#from) this.#bytes = undefined;
    else {
      this.#bytes = Buffer.from(bytes.subarray(this.#from, this.#to));
      this.#to -= this.#from;
      this.#from = 0;
      if (!this.body.done) this.#exchange.host.wire.pause();
    }
  }

  send(connection: UpstreamConnection): void {
    const exchange = this.#exchange;
    const { request } = exchange;
    const { wire } = exchange.host;
    const target = request.hasQuery ? `${exchange.path}?${request.query}` : exchange.path;
    let tail = connection.reused ? '' : exchange.introduction;
    if (request.upgrade !== '') tail += `connection: upgrade\r\nupgrade: ${request.upgrade}\r\n`;
    const head = serializeRequestHead(request.method, target, exchange.authority, request.fields, tail);
    const bytes = this.#bytes;
    const length = this.#to - this.#from;
    this.#bytes = undefined;
    let room: boolean;
    if (bytes === undefined || length === 0) room = connection.write(head);
    else if (length <= httpLimits.joinedBodyBytesMax) {
      room = connection.write(head + bytes.toString('latin1', this.#from, this.#to));
    } else {
      connection.write(head);
      room = connection.write(Buffer.from(bytes.subarray(this.#from, this.#to)));
    }
    if (request.expectContinue && length === 0 && !this.body.done) wire.write('HTTP/1.1 100 Continue\r\n\r\n');
    if (!this.body.done) {
      if (room) wire.resume();
      else wire.pause();
    }
  }

  /** More of the body, already found valid. @param chunk from `from` to `to`; valid during the call only. */
  onBody(chunk: Buffer, from: number, to: number): void {
    const { upstream, host } = this.#exchange;
    const part = Buffer.from(chunk.subarray(from, to));
    if (upstream === undefined) {
      const held = this.#bytes;
      this.#bytes = held === undefined ? part : Buffer.concat([held.subarray(this.#from, this.#to), part]);
      this.#from = 0;
      this.#to = this.#bytes.length;
      host.wire.pause();
    } else if (!upstream.write(part)) host.wire.pause();
  }

  /** Forgets what it holds. */
  drop(): void {
    this.#bytes = undefined;
  }
}
