/** The way back: the endpoint's answer changed by the stages and written; and the answers made here. */

import { grpcStatusOfHttp, type LocalReply } from '@weft/data-runtime';
import type { ResponseHead } from '@weft/http';
import { set } from './attempts/outgoing-request.ts';
import type { HttpExchange } from './exchange.ts';
import { encodeGrpcMessage } from './grpc-answer.ts';

const nothing = Buffer.alloc(0);

export class AnswerRelay {
  readonly #exchange: HttpExchange;
  /** Of the answer whose body a filter takes. */
  #takenHead: ResponseHead | undefined;
  #taken: Buffer = nothing;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  /** The endpoint's answer begins. Bytes hold the first part of its body. @returns false: wait for the client to drain. */
  start(head: ResponseHead, bytes: Buffer, from: number, to: number, end: boolean): boolean {
    const exchange = this.#exchange;
    const { context, downstream } = exchange;
    exchange.status = head.status;
    exchange.details = 'via_upstream';
    if (!context.reasonHeader) dropReason(head.fields);
    exchange.responseFields = head.fields;
    // As Envoy: counted where the request was whole before its answer.
    if (exchange.requestEndMs >= 0)
      exchange.upstreamServiceMs = Math.round(context.clock.monotonic() - exchange.startedMonotonicMs);
    const stages = context.path.response;
    for (let i = 0; i < stages.length; i += 1) (stages[i] as (exchange: HttpExchange) => void)(exchange);
    this.#takenHead = undefined;
    if (exchange.responseBodyTaken !== undefined) return this.#startTaking(head, bytes, from, to, end);
    if (exchange.responseTransform !== undefined) return this.#startTransformed(head, bytes, from, to, end);
    exchange.bytesSent = to - from;
    exchange.responseObserver?.(bytes, from, to);
    const { status, responseFields } = exchange;
    return downstream.head(status, head.reason, responseFields, head.framing, bytes, from, to, end);
  }

  /** @returns false: wait for the client to drain. */
  body(bytes: Buffer, from: number, to: number, end: boolean): boolean {
    const exchange = this.#exchange;
    exchange.responseObserver?.(bytes, from, to);
    if (this.#takenHead !== undefined) return this.#take(bytes, from, to, end);
    const transform = exchange.responseTransform;
    if (transform === undefined) {
      exchange.bytesSent += to - from;
      return exchange.downstream.body(bytes, from, to, end);
    }
    const part = transform.onData(bytes, from, to, end);
    exchange.bytesSent += part.length;
    return part.length === 0 && !end ? true : exchange.downstream.body(part, 0, part.length, end);
  }

  trailers(fields: string[]): void {
    const exchange = this.#exchange;
    exchange.responseTrailers = fields;
    const stages = exchange.context.path.trailers;
    for (let i = 0; i < stages.length; i += 1) (stages[i] as (exchange: HttpExchange) => void)(exchange);
    if (this.#takenHead !== undefined) {
      this.#take(nothing, 0, 0, true);
      return;
    }
    const transform = exchange.responseTransform;
    if (transform === undefined) {
      exchange.downstream.trailers(exchange.responseTrailers);
      return;
    }
    const last = transform.onTrailers(exchange.responseTrailers);
    exchange.bytesSent += last.data.length;
    const bare = last.fields.length === 0;
    if (bare || last.data.length > 0) exchange.downstream.body(last.data, 0, last.data.length, bare);
    if (!bare) exchange.downstream.trailers(last.fields);
  }

  /** An answer made here. @param grpcStatus -1: what the HTTP status says. */
  local(status: number, fields: readonly string[], body: string | Buffer, grpcStatus: number): void {
    const reply = this.#exchange.context.table.localReply;
    if (reply === undefined) this.#local(status, [...fields], body, grpcStatus);
    else this.#localMapped(reply, status, [...fields], body, grpcStatus);
  }

  #localMapped(reply: LocalReply, status: number, fields: string[], body: string | Buffer, grpcStatus: number): void {
    const exchange = this.#exchange;
    exchange.status = status;
    exchange.responseFields = fields;
    const mapped = reply.apply(exchange, body);
    if (mapped.contentType !== '' && mapped.body.length > 0) set(fields, 'content-type', mapped.contentType);
    this.#local(exchange.status, fields, mapped.body, exchange.status === status ? grpcStatus : -1);
  }

  /** @param answer kept and written to. */
  #local(status: number, answer: string[], body: string | Buffer, grpcStatus: number): void {
    const exchange = this.#exchange;
    const { request, context } = exchange;
    exchange.responseFields = answer;
    exchange.localStatus = status;
    this.#takenHead = undefined;
    let text = body;
    if (exchange.grpc) {
      exchange.status = 200;
      const number = grpcStatus >= 0 ? grpcStatus : grpcStatusOfHttp(status);
      set(answer, 'content-type', 'application/grpc');
      answer.push('grpc-status', String(number));
      if (body.length > 0) answer.push('grpc-message', encodeGrpcMessage(body.toString()));
      text = '';
    } else {
      exchange.status = status;
      if (body.length > 0 && !has(answer, 'content-type')) answer.push('content-type', 'text/plain');
    }
    const bodyless = exchange.status === 204 || exchange.status === 304;
    const bytes = text.length === 0 ? nothing : typeof text === 'string' ? Buffer.from(text) : text;
    if (!bodyless && bytes.length > 0) answer.push('content-length', String(bytes.length));
    const stages = context.path.response;
    for (let i = 0; i < stages.length; i += 1) (stages[i] as (exchange: HttpExchange) => void)(exchange);
    const shown = bodyless || request.method === 'HEAD' ? 0 : bytes.length;
    exchange.bytesSent = shown;
    const { status: final, responseFields, downstream, outgoing } = exchange;
    downstream.head(final, '', responseFields, shown === 0 ? 'none' : 'length', bytes, 0, shown, true);
    const requestEnded = outgoing.ended;
    exchange.complete();
    downstream.finished(requestEnded);
  }

  #startTaking(head: ResponseHead, bytes: Buffer, from: number, to: number, end: boolean): boolean {
    this.#takenHead = head;
    this.#taken = nothing;
    this.#exchange.responseObserver?.(bytes, from, to);
    return this.#take(bytes, from, to, end);
  }

  /** A filter takes the body: the head waits for its end. */
  #take(bytes: Buffer, from: number, to: number, end: boolean): boolean {
    const exchange = this.#exchange;
    const wanted = exchange.responseBodyTaken;
    const head = this.#takenHead;
    if (wanted === undefined || head === undefined) return true;
    const room = Math.min(to - from, wanted.bytesMax - this.#taken.length);
    if (room > 0) this.#taken = Buffer.concat([this.#taken, bytes.subarray(from, from + room)]);
    if (!end) return true;
    this.#takenHead = undefined;
    const body = this.#taken;
    this.#taken = nothing;
    wanted.done(body);
    removeLength(exchange.responseFields);
    return exchange.downstream.head(exchange.status, head.reason, exchange.responseFields, 'none', nothing, 0, 0, true);
  }

  /** A filter changes the body: its length is not known any more. */
  #startTransformed(head: ResponseHead, bytes: Buffer, from: number, to: number, end: boolean): boolean {
    const exchange = this.#exchange;
    exchange.responseObserver?.(bytes, from, to);
    const transform = exchange.responseTransform;
    const part = transform === undefined || (from === to && !end) ? nothing : transform.onData(bytes, from, to, end);
    const fields = exchange.responseFields;
    let { framing } = head;
    if (framing === 'length') {
      removeLength(fields);
      framing = 'chunked';
    } else if (framing === 'none' && part.length > 0) framing = 'chunked';
    exchange.bytesSent = part.length;
    return exchange.downstream.head(exchange.status, head.reason, fields, framing, part, 0, part.length, end);
  }
}

function has(fields: readonly string[], name: string): boolean {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return true;
  return false;
}

function removeLength(fields: string[]): void {
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] !== 'content-length') continue;
    fields.splice(i, 2);
    return;
  }
}

/** What a proxy behind this one says of itself goes no further than this one would say it. */
function dropReason(fields: string[]): void {
  const at = fields.indexOf('x-weft-reason');
  if (at >= 0 && at % 2 === 0) fields.splice(at, 2);
}
