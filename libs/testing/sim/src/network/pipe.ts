/** One direction of a simulated connection: a bounded pipe that splits, merges, holds up and breaks. */

import type { Random } from '@weft/kernel';
import type { SimClock } from '../clock/sim-clock.ts';
import type { Weather } from './weather.ts';

/** The end that reads. */
export interface PipeReader {
  readonly paused: boolean;
  /** Nothing is taken any more: what comes is answered with RST. */
  readonly gone: boolean;
  /** @returns false: no more in this turn. */
  read(source: Buffer, from: number, to: number): void;
  readEnd(): void;
  readReset(): void;
  /** The other end's octets met nobody. */
  refused(): void;
}

interface Segment {
  readonly bytes: Buffer;
  from: number;
  readonly atMs: number;
}

/** What all pipes of a scenario share. */
export interface PipeParts {
  readonly clock: SimClock;
  readonly random: Random;
  /** It may turn fair in the middle. */
  readonly weather: Weather;
}

export class Pipe {
  readonly #parts: PipeParts;
  readonly #reader: PipeReader;
  readonly #onRoom: () => void;
  readonly #onFault: () => void;
  readonly #segments: Segment[] = [];
  #bytes = 0;
  #lastAtMs = 0;
  #endAtMs = -1;
  #resetAtMs = -1;
  #over = false;
  #wakeAtMs = -1;
  #lateReads = 0;

  /** @param onRoom octets left the pipe. @param onFault the weather breaks the connection. */
  constructor(parts: PipeParts, reader: PipeReader, onRoom: () => void, onFault: () => void) {
    this.#parts = parts;
    this.#reader = reader;
    this.#onRoom = onRoom;
    this.#onFault = onFault;
  }

  get room(): number {
    return Math.max(0, this.#parts.weather.pipeBytes - this.#bytes);
  }

  /** Octets have arrived that were not read. */
  get unread(): boolean {
    const first = this.#segments[0];
    return first !== undefined && first.atMs <= this.#parts.clock.monotonic();
  }

  get resetWaits(): boolean {
    return this.#resetAtMs >= 0 && this.#resetAtMs <= this.#parts.clock.monotonic();
  }

  send(bytes: Buffer): void {
    const { weather, random } = this.#parts;
    if (weather.resetOdds > 0 && random() < weather.resetOdds) this.#onFault();
    // What is written after a RST goes nowhere.
    if (this.#over || this.#resetAtMs >= 0) return;
    this.#segments.push({ bytes, from: 0, atMs: this.#arrivalMs() });
    this.#bytes += bytes.length;
    this.wake();
  }

  /** FIN. */
  end(): void {
    if (this.#resetAtMs >= 0) return;
    this.#endAtMs = this.#arrivalMs();
    this.wake();
  }

  /** @param after what is on its way arrives before it. */
  reset(after: boolean): void {
    if (this.#resetAtMs >= 0) return;
    this.#resetAtMs = after ? this.#arrivalMs() : this.#parts.clock.monotonic() + this.#parts.weather.latencyMs;
    if (this.#parts.weather.resetDropsUnread && !after) {
      this.#segments.length = 0;
      this.#bytes = 0;
      this.#endAtMs = -1;
    }
    this.wake();
  }

  /** Nobody will read any more. */
  stop(): void {
    this.#over = true;
    this.#segments.length = 0;
    this.#bytes = 0;
  }

  /** Looks at what is due when it is due; the reader calls it when it wants more. */
  wake(): void {
    const dueMs = this.#segments[0]?.atMs ?? earliest(this.#endAtMs, this.#resetAtMs);
    if (this.#over || dueMs < 0) return;
    const { clock } = this.#parts;
    const atMs = Math.max(dueMs, clock.monotonic());
    if (this.#wakeAtMs >= 0 && this.#wakeAtMs <= atMs) return;
    this.#wakeAtMs = atMs;
    clock.schedule(atMs - clock.monotonic(), () => {
      if (this.#wakeAtMs !== atMs) return;
      this.#wakeAtMs = -1;
      this.#deliver();
    });
  }

  #deliver(): void {
    const reader = this.#reader;
    if (this.#over) return;
    if (reader.gone) {
      if (this.#segments.length > 0) reader.refused();
      this.stop();
      return;
    }
    if (reader.paused && !this.#readsLate()) return;
    const nowMs = this.#parts.clock.monotonic();
    if (this.unread) this.#readOnce(nowMs);
    if (this.#over) return;
    if (this.#segments.length === 0 && !reader.paused) this.#finish(nowMs);
    this.wake();
  }

  #finish(nowMs: number): void {
    if (this.#endAtMs >= 0 && this.#endAtMs <= nowMs) {
      this.#endAtMs = -1;
      this.#reader.readEnd();
    } else if (this.resetWaits) {
      this.#over = true;
      this.#reader.readReset();
    }
  }

  #readsLate(): boolean {
    if (this.#lateReads === 0 || !this.unread) return false;
    this.#lateReads -= 1;
    return true;
  }

  /** One read: as much as has arrived, or less. */
  #readOnce(nowMs: number): void {
    const { random, weather } = this.#parts;
    const wasPaused = this.#reader.paused;
    let most = readBytesMax;
    if (weather.readBytesMax > 0 && random() < 0.7) most = 1 + Math.floor(random() * weather.readBytesMax);
    let at = 0;
    while (at < most) {
      const segment = this.#segments[0];
      if (segment === undefined || segment.atMs > nowMs) break;
      const length = Math.min(most - at, segment.bytes.length - segment.from);
      segment.bytes.copy(readBuffer, at, segment.from, segment.from + length);
      segment.from += length;
      at += length;
      if (segment.from === segment.bytes.length) this.#segments.shift();
    }
    this.#bytes -= at;
    this.#reader.read(readBuffer, 0, at);
    // Whoever kept the chunk keeps this.
    readBuffer.fill(0xdb, 0, at);
    if (!wasPaused && this.#reader.paused) this.#lateReads = Math.floor(random() * (weather.lateReadsMax + 1));
    if (!this.#over) this.#onRoom();
  }

  #arrivalMs(): number {
    const { clock, random, weather } = this.#parts;
    let atMs = clock.monotonic() + weather.latencyMs;
    if (weather.jitterMs > 0) atMs += random() * weather.jitterMs;
    if (weather.stallOdds > 0 && random() < weather.stallOdds) atMs += random() * weather.stallMsMax;
    if (weather.gatherMs > 0) atMs = Math.ceil(atMs / weather.gatherMs) * weather.gatherMs;
    this.#lastAtMs = Math.max(this.#lastAtMs, atMs);
    return this.#lastAtMs;
  }
}

const readBytesMax = 65_536;
/** As with sockets, one buffer for all reads of the process. */
const readBuffer = Buffer.allocUnsafeSlow(readBytesMax);

/** The earlier of two times; -1: there is none. */
function earliest(a: number, b: number): number {
  if (a < 0) return b;
  return b < 0 ? a : Math.min(a, b);
}
