/** Joins two wires byte for byte: back-pressure, half-close and resets both ways, counted, with an idle limit. */

import type { Clock } from '@weft/kernel';
import type { Sweeper, Swept } from './sweeper.ts';
import type { Wire, WireSink } from './wire.ts';

/**
 * How a splice ended: both sides finished, one broke, nothing moved for too long, or `stop` was called. Where one broke with an error the other
 * is reset, as in Envoy: what was cut short does not look whole.
 */
export type SpliceEnd = 'finished' | 'a-broke' | 'b-broke' | 'idle' | 'stopped';

export interface SpliceResult {
  readonly end: SpliceEnd;
  /** Code of the socket's error of the side that broke; empty: none. */
  readonly errorCode: string;
  readonly bytesFromA: number;
  readonly bytesFromB: number;
}

export interface SpliceOptions {
  readonly clock: Clock;
  readonly sweeper: Sweeper;
  /** 0: for ever. */
  readonly idleTimeoutMs: number;
  /** Called once; both wires are closed or closing. */
  readonly onDone: (result: SpliceResult) => void;
  /** Bytes as they pass, for counters; nothing: only the sum at the end. */
  readonly onBytes?: (fromA: number, fromB: number) => void;
}

export interface Splice {
  /** Closes both. */
  stop(): void;
}

/** @param a downstream. @param b upstream. Both belong to the splice from here on. */
export function splice(a: Wire, b: Wire, options: SpliceOptions): Splice {
  return new TwoWires(a, b, options);
}

class TwoWires implements Splice, Swept {
  readonly #a: Wire;
  readonly #b: Wire;
  readonly #options: SpliceOptions;
  #fromA = 0;
  #fromB = 0;
  #moved = true;
  #movedAtMs = 0;
  #ends = 0;
  #over = false;

  constructor(a: Wire, b: Wire, options: SpliceOptions) {
    this.#a = a;
    this.#b = b;
    this.#options = options;
    a.sink = this.#half(a, b, true);
    b.sink = this.#half(b, a, false);
    options.sweeper.add(this);
    if (a.ended) a.sink.onEnd();
    if (b.ended) b.sink.onEnd();
    if (a.closed) a.sink.onClose();
    if (b.closed) b.sink.onClose();
    a.resume();
    b.resume();
  }

  stop(): void {
    this.#finish('stopped', '');
  }

  onSweep(nowMs: number): void {
    if (this.#moved) {
      this.#moved = false;
      this.#movedAtMs = nowMs;
      return;
    }
    const limitMs = this.#options.idleTimeoutMs;
    if (limitMs > 0 && nowMs - this.#movedAtMs >= limitMs) this.#finish('idle', '');
  }

  #half(from: Wire, to: Wire, isA: boolean): WireSink {
    return {
      onData: (chunk) => {
        this.#moved = true;
        if (isA) this.#fromA += chunk.length;
        else this.#fromB += chunk.length;
        this.#options.onBytes?.(isA ? chunk.length : 0, isA ? 0 : chunk.length);
        if (!to.writePart('', chunk, 0, chunk.length, '')) from.pause();
      },
      onEnd: () => {
        to.end();
        this.#ends += 1;
        if (this.#ends === 2) this.#finish('finished', '');
      },
      onDrain: () => to.resume(),
      onClose: () => this.#finish(isA ? 'a-broke' : 'b-broke', from.errorCode),
    };
  }

  #finish(end: SpliceEnd, errorCode: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.sweeper.remove(this);
    if (end === 'finished') {
      // Both directions have ended: what was written still goes out before the sockets close by themselves.
      letClose(this.#a);
      letClose(this.#b);
    } else if (errorCode === '') {
      this.#a.destroy();
      this.#b.destroy();
    } else {
      cutOff(this.#a);
      cutOff(this.#b);
    }
    this.#options.onDone({ end, errorCode, bytesFromA: this.#fromA, bytesFromB: this.#fromB });
  }
}

function letClose(wire: Wire): void {
  wire.sink = { onData() {}, onEnd() {}, onDrain() {}, onClose() {} };
  wire.resume();
}

function cutOff(wire: Wire): void {
  if (wire.reset === undefined) wire.destroy();
  else wire.reset();
}
