/** A wire that a test moves by hand. */

import { deafSink, type Wire, type WireSink } from '../wire.ts';

export class FakeWire implements Wire {
  sink: WireSink = deafSink;
  paused = false;
  ended = false;
  closed = false;
  errorCode = '';
  localAddress = '127.0.0.1:40000';
  remoteAddress = '127.0.0.1:80';
  needsDrain = false;
  readonly drained = true;
  /** One entry for each packet, latin1. */
  readonly written: string[] = [];
  /** Our own FIN was sent. */
  finished = false;

  write(data: string | Buffer): boolean {
    this.written.push(typeof data === 'string' ? data : data.toString('latin1'));
    return !this.needsDrain;
  }

  writePart(head: string, bytes: Buffer, from: number, to: number, tail: string): boolean {
    return this.write(head + bytes.toString('latin1', from, to) + tail);
  }

  end(): void {
    this.finished = true;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  destroy(): void {
    this.sink = deafSink;
    this.closed = true;
  }

  /** The peer says this, in as many reads as there are parts. */
  give(...parts: string[]): void {
    for (const part of parts) this.sink.onData(Buffer.from(part, 'latin1'));
  }

  /** The peer's FIN. */
  giveEnd(): void {
    this.ended = true;
    this.sink.onEnd();
  }

  breakOff(errorCode = ''): void {
    this.errorCode = errorCode;
    this.closed = true;
    const { sink } = this;
    this.sink = deafSink;
    sink.onClose();
  }
}
