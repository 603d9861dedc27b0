/** Sinks that write down what they hear, one line each. */

import type { RequestHead, ResponseHead } from '@weft/http';
import type { Http2ConnectionSink, Http2Reset, Http2Stream, Http2StreamSink } from '../connection.types.ts';

/** What a stream heard. */
export class StreamRecorder implements Http2StreamSink {
  head: ResponseHead | undefined;
  body: Buffer[] = [];
  bodyBytes = 0;
  trailers: string[] | undefined;
  ended = false;
  reset: Http2Reset | undefined;
  informational: number[] = [];
  drains = 0;
  /** Called when the message is whole, or when it ended early. */
  onDone: () => void = () => undefined;

  get text(): string {
    return Buffer.concat(this.body).toString('latin1');
  }

  onHead(head: ResponseHead): void {
    this.head = head;
    if (head.framing === 'none') this.#end();
  }

  onInformational(head: ResponseHead): void {
    this.informational.push(head.status);
  }

  onData(bytes: Buffer, from: number, to: number, end: boolean): void {
    this.body.push(Buffer.from(bytes.subarray(from, to)));
    this.bodyBytes += to - from;
    if (end) this.#end();
  }

  onTrailers(fields: string[]): void {
    this.trailers = fields;
    this.#end();
  }

  onDrain(): void {
    this.drains += 1;
  }

  onReset(reset: Http2Reset): void {
    this.reset = reset;
    this.onDone();
  }

  #end(): void {
    this.ended = true;
    this.onDone();
  }
}

/** A request that came, with what its stream heard after. */
export interface Seen {
  readonly stream: Http2Stream;
  readonly head: RequestHead;
  readonly ended: boolean;
  readonly recorder: StreamRecorder;
}

/** What a connection heard. */
export class ConnectionRecorder implements Http2ConnectionSink {
  readonly requests: Seen[] = [];
  readonly goaways: number[] = [];
  settings = 0;
  idles = 0;
  pongs = 0;
  closed: { errorCode: number; reason: string } | undefined;
  /** What is done with a request. */
  answer: (seen: Seen) => void = () => undefined;

  onRequest(stream: Http2Stream, head: RequestHead, ended: boolean): Http2StreamSink {
    const recorder = new StreamRecorder();
    recorder.ended = ended;
    const seen = { stream, head, ended, recorder };
    this.requests.push(seen);
    this.answer(seen);
    return recorder;
  }

  onSettings(): void {
    this.settings += 1;
  }

  onGoaway(errorCode: number): void {
    this.goaways.push(errorCode);
  }

  onClosed(errorCode: number, reason: string): void {
    this.closed = { errorCode, reason };
  }

  onIdle(): void {
    this.idles += 1;
  }

  onPong(): void {
    this.pongs += 1;
  }
}
