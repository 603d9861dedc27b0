/** An actor's HTTP/2 codec on a wire. */

import type { Wire, WireSink } from '@weft/data-upstream';
import type { Http2Connection, Http2Output } from '@weft/http2';
import type { SimClock } from '../clock/sim-clock.ts';

export class CodecWire implements WireSink, Http2Output {
  codec: Http2Connection | undefined;
  /** Nothing is written or heard any more. */
  over = false;
  readonly wire: Wire;
  readonly #clock: SimClock;
  readonly #onOver: () => void;
  #asked = false;

  /** @param onOver once: the connection is over. */
  constructor(wire: Wire, clock: SimClock, onOver: () => void) {
    this.wire = wire;
    this.#clock = clock;
    this.#onOver = onOver;
    wire.sink = this;
  }

  onData(chunk: Buffer): void {
    if (!this.over) this.codec?.receive(chunk);
  }

  onEnd(): void {
    this.codec?.receiveEnd('');
    this.wire.end();
    this.#finish();
  }

  onDrain(): void {
    this.codec?.onOutputDrain();
  }

  onClose(): void {
    this.codec?.receiveEnd('closed');
    this.#finish();
  }

  write(bytes: Buffer): boolean {
    return this.over ? true : this.wire.write(bytes);
  }

  drained(): boolean {
    return this.wire.drained;
  }

  requestFlush(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#clock.schedule(0, () => {
      this.#asked = false;
      if (!this.over) this.codec?.flush();
    });
  }

  close(): void {
    if (this.over) return;
    this.wire.end();
    this.wire.resume();
    this.#finish();
  }

  /** Ends it at once. @param rudely with RST. */
  breakOff(rudely: boolean): void {
    if (rudely) this.wire.reset?.();
    else this.wire.destroy();
    this.codec?.receiveEnd('');
    this.#finish();
  }

  #finish(): void {
    if (this.over) return;
    this.over = true;
    this.#onOver();
  }
}
