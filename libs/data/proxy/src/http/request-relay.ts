/** The way out: a request's body, changed by filters, given to the attempt that is ready, and kept for the next one. */

import type { UpstreamStream } from '@weft/data-upstream';
import { copyOfOctets } from '@weft/kernel';
import type { HttpExchange } from './exchange.ts';

const nothing = Buffer.alloc(0);

interface BodyWaiter {
  readonly bytesMax: number;
  readonly done: (body: Buffer, whole: boolean) => void;
}

export class RequestRelay {
  /** The request is whole. */
  ended = true;
  /** With what it ended; nothing: without trailers. */
  trailers: string[] | undefined;
  readonly #exchange: HttpExchange;
  /** The first part, valid during `begin` of the exchange only. */
  #first: Buffer = nothing;
  #from = 0;
  #to = 0;
  #borrowed = false;
  /** All of the body so far, as it goes to endpoints; empty when it is not `#whole`. */
  readonly #parts: Buffer[] = [];
  #partsBytes = 0;
  /** What was kept is all that came. */
  #whole = true;
  /** An attempt has all that came so far. */
  #stream: UpstreamStream | undefined;
  #waiter: BodyWaiter | undefined;
  /** Filters have seen what is kept. */
  #shaped = false;
  #continued = false;
  /** An upgrade is asked for: what comes is for the tunnel, once there is one. */
  #holding = false;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  /** All of the body so far is here, so that an attempt can be made (again). */
  get repeatable(): boolean {
    return this.#whole;
  }

  /** Bytes kept. */
  get keptBytes(): number {
    return this.#partsBytes;
  }

  /** @param bytes holds the first part of the body from `from` to `to`: valid during `begin`, unless it is held. */
  start(bytes: Buffer, from: number, to: number, end: boolean): void {
    this.ended = end;
    this.trailers = undefined;
    this.#first = bytes;
    this.#from = from;
    this.#to = to;
    this.#borrowed = from < to;
    this.#whole = true;
    this.#shaped = false;
    this.#continued = false;
    this.#holding = false;
  }

  /** `begin` is over: what came of the body is copied where it is still needed; nothing more is read while there is no attempt. */
  hold(): void {
    if (this.#borrowed) this.#own();
    if (this.#stream === undefined && !this.ended && this.#partsBytes > 0 && this.#waiter === undefined) {
      this.#exchange.downstream.pauseRequest();
    }
  }

  /** The attempt takes the request: head, what is there of the body, and what comes. */
  attach(stream: UpstreamStream): void {
    const { runner, downstream } = this.#exchange;
    this.#stream = stream;
    if (!this.#shaped) this.#shape();
    const refused = this.#refused;
    const bare = this.ended && this.trailers === undefined && !refused;
    this.#holding = runner.outgoing.upgrade !== '' || runner.outgoing.connect;
    if (this.#holding) {
      stream.send(runner.outgoing, undefined, 0, 0, false);
      if (this.#borrowed) this.#own();
      return;
    }
    const room = this.#borrowed
      ? stream.send(runner.outgoing, this.#first, this.#from, this.#to, bare)
      : this.#sendKept(stream, bare);
    if (this.#stream !== stream) return;
    if (this.trailers !== undefined && !refused) stream.trailers(this.trailers);
    if (this.#partsBytes > runner.keepBytesMax) {
      this.#whole = false;
      this.#forget();
    }
    if (this.ended) return;
    this.#continueClient();
    if (room) downstream.resumeRequest();
    else downstream.pauseRequest();
  }

  /** From here on the request is what the tunnel carries. */
  attachTunnel(stream: UpstreamStream): void {
    this.#stream = stream;
    this.#holding = false;
    this.#whole = false;
    this.#shaped = true;
    if (this.#borrowed) this.#own(false);
    for (const part of this.#parts) stream.body(part, 0, part.length, false);
    this.#forget();
    if (this.ended) stream.body(nothing, 0, 0, true);
    else this.#exchange.downstream.resumeRequest();
  }

  /** The attempt is over; the body may go to another one. */
  detach(): void {
    this.#stream = undefined;
  }

  onBody(bytes: Buffer, from: number, to: number, end: boolean): void {
    this.ended = end;
    const { downstream } = this.#exchange;
    const stream = this.#stream;
    if (stream !== undefined && !this.#holding) {
      const part = this.#changed(bytes, from, to, end);
      if (this.#refused) return;
      this.#keepMore(part ?? bytes, part === undefined ? from : 0, part === undefined ? to : part.length);
      const room = part === undefined ? stream.body(bytes, from, to, end) : stream.body(part, 0, part.length, end);
      if (!room && !end) downstream.pauseRequest();
      if (end) this.#exchange.runner.onRequestEnded();
      return;
    }
    if (to > from) this.#waitWith(bytes, from, to, end);
    if (this.#waiter !== undefined) this.#serveWaiter();
    else if (!end) downstream.pauseRequest();
  }

  onTrailers(fields: string[]): void {
    this.ended = true;
    const stream = this.#stream;
    const transform = this.#shaped ? this.#exchange.requestTransform : undefined;
    let sent = fields;
    if (transform !== undefined) {
      const last = transform.onTrailers(fields);
      sent = last.fields;
      if (last.data.length > 0) this.#addLast(last.data);
    }
    this.trailers = sent;
    if (this.#refused) return;
    if (stream !== undefined) {
      stream.trailers(sent);
      this.#exchange.runner.onRequestEnded();
    } else if (this.#waiter !== undefined) this.#serveWaiter();
  }

  /** The endpoint takes more. */
  onUpstreamRoom(): void {
    if (!this.ended) this.#exchange.downstream.resumeRequest();
  }

  /** Gathers the body for a filter. */
  read(bytesMax: number, done: (body: Buffer, whole: boolean) => void): void {
    const { upgrade, method } = this.#exchange.request;
    if (upgrade !== '' || method === 'CONNECT') {
      // As Envoy: what follows is for the tunnel, and comes when there is one.
      done(nothing, true);
      return;
    }
    if (this.#borrowed) this.#own();
    this.#waiter = { bytesMax, done };
    if (this.#serveWaiter()) return;
    this.#continueClient();
    this.#exchange.downstream.resumeRequest();
  }

  /** The kept body in one piece; for mirrors and redirects. */
  joined(): Buffer {
    if (this.#borrowed) return this.#first.subarray(this.#from, this.#to);
    return this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
  }

  /** The next attempt has no body. */
  forgetBody(): void {
    this.#borrowed = false;
    this.#forget();
  }

  /** Forgets what it holds. */
  drop(): void {
    this.#stream = undefined;
    this.#waiter = undefined;
    this.#borrowed = false;
    this.#first = nothing;
    this.#forget();
  }

  #sendKept(stream: UpstreamStream, bare: boolean): boolean {
    const { runner } = this.#exchange;
    const count = this.#parts.length;
    if (count === 0) return stream.send(runner.outgoing, undefined, 0, 0, bare);
    let room = true;
    for (let i = 0; i < count && this.#stream === stream; i += 1) {
      const part = this.#parts[i] as Buffer;
      const end = bare && i === count - 1;
      room = i === 0 ? stream.send(runner.outgoing, part, 0, part.length, end) : stream.body(part, 0, part.length, end);
    }
    return room;
  }

  /** What came is no message: its end goes to no endpoint, which would take what it has for a whole one. */
  get #refused(): boolean {
    return this.#shaped && this.#exchange.requestTransform?.refused === true;
  }

  /** Once, before the first attempt: what came so far passes the filters that see bodies. */
  #shape(): void {
    this.#shaped = true;
    const { requestTransform, requestObserver } = this.#exchange;
    if (requestTransform === undefined) {
      if (requestObserver === undefined) return;
      if (this.#borrowed) requestObserver(this.#first, this.#from, this.#to);
      for (const part of this.#parts) requestObserver(part, 0, part.length);
      return;
    }
    if (this.#borrowed) this.#own(false);
    const bare = this.ended && this.trailers === undefined;
    const raw = this.#parts.splice(0);
    this.#partsBytes = 0;
    if (raw.length === 0 && bare) return;
    raw.forEach((part, i) => {
      const changed = this.#changed(part, 0, part.length, bare && i === raw.length - 1) as Buffer;
      if (changed.length > 0) this.#push(changed);
    });
    if (this.trailers === undefined) return;
    const last = requestTransform.onTrailers(this.trailers);
    if (last.data.length > 0) this.#push(last.data);
    this.trailers = last.fields.length === 0 ? undefined : last.fields;
  }

  /** @returns what a filter made of the part; nothing: it stays as it is. */
  #changed(bytes: Buffer, from: number, to: number, end: boolean): Buffer | undefined {
    const { requestTransform, requestObserver } = this.#exchange;
    const part = requestTransform?.onData(bytes, from, to, end);
    if (requestObserver !== undefined) {
      if (part === undefined) requestObserver(bytes, from, to);
      else requestObserver(part, 0, part.length);
    }
    return part;
  }

  #keepMore(bytes: Buffer, from: number, to: number): void {
    if (!this.#whole || to === from) return;
    if (this.#partsBytes + (to - from) > this.#exchange.runner.keepBytesMax) {
      this.#whole = false;
      this.#forget();
    } else this.#push(copyOfOctets(bytes, from, to));
  }

  /** What a filter had held back until the trailers: for this attempt, and for one that may follow. */
  #addLast(part: Buffer): void {
    const stream = this.#stream;
    if (stream === undefined) this.#push(part);
    else {
      this.#keepMore(part, 0, part.length);
      stream.body(part, 0, part.length, false);
    }
  }

  /** No attempt is ready. Between two attempts filters have seen what is kept, and must see this. */
  #waitWith(bytes: Buffer, from: number, to: number, end: boolean): void {
    const part = this.#shaped ? this.#changed(bytes, from, to, end) : undefined;
    this.#push(part ?? copyOfOctets(bytes, from, to));
  }

  #push(part: Buffer): void {
    this.#parts.push(part);
    this.#partsBytes += part.length;
  }

  /** @param sent the attempt has it already: it is kept only for another one, within the bound. */
  #own(sent = this.#stream !== undefined && !this.#holding): void {
    this.#borrowed = false;
    if (sent) this.#keepMore(this.#first, this.#from, this.#to);
    else this.#push(copyOfOctets(this.#first, this.#from, this.#to));
    this.#first = nothing;
  }

  #forget(): void {
    if (this.#parts.length > 0) this.#parts.length = 0;
    this.#partsBytes = 0;
  }

  /** @returns true when the waiter had what it wants. */
  #serveWaiter(): boolean {
    const waiter = this.#waiter;
    if (waiter === undefined) return true;
    const over = this.#partsBytes > waiter.bytesMax;
    if (!over && !this.ended) return false;
    this.#waiter = undefined;
    const body = this.joined();
    if (!this.ended) this.#exchange.downstream.pauseRequest();
    waiter.done(over ? body.subarray(0, waiter.bytesMax) : body, !over);
    return true;
  }

  /** The body is wanted: a client that waits to be told so is told. */
  #continueClient(): void {
    const { request, downstream, context, bytesReceived } = this.#exchange;
    if (!request.expectContinue || this.#continued || bytesReceived > 0 || context.table.proxy100Continue) return;
    this.#continued = true;
    downstream.informational(100, []);
  }
}
