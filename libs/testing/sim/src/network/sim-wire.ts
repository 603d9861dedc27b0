/** One end of a simulated connection, with the manners of a wire over a socket. */

import { deafSink, type Wire, type WireSink } from '@weft/data-upstream';
import { Pipe, type PipeParts, type PipeReader } from './pipe.ts';

/** What Node takes before it says "wait". */
const highWaterBytes = 16_384;

/** What a scenario wants to know of its wires. */
export interface WireWatch {
  /** Octets that waited in one wire, at most. */
  queuedBytesMax: number;
  /** What a socket would have punished: one sentence each. */
  readonly misuse: string[];
  /** Writes down what wires do; nothing: not asked for. */
  trace: ((wire: string, what: string, bytes?: Buffer) => void) | undefined;
}

export class SimWire implements Wire, PipeReader {
  sink: WireSink = deafSink;
  paused = false;
  ended = false;
  closed = false;
  errorCode = '';
  /** What waits in it counts for the bound of memory. */
  counted = true;
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly name: string;
  #peer: SimWire | undefined;
  #out: Pipe | undefined;
  readonly #parts: PipeParts;
  readonly #watch: WireWatch;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #needDrain = false;
  #ending = false;
  #finished = false;
  #gone = false;
  #drainDue = false;

  constructor(name: string, addresses: readonly [string, string], parts: PipeParts, watch: WireWatch) {
    this.name = name;
    this.localAddress = addresses[0];
    this.remoteAddress = addresses[1];
    this.#parts = parts;
    this.#watch = watch;
  }

  /** Joins two ends. */
  static join(a: SimWire, b: SimWire): void {
    a.#connect(b);
    b.#connect(a);
  }

  #connect(peer: SimWire): void {
    this.#peer = peer;
    this.#out = new Pipe(
      this.#parts,
      peer,
      () => this.#pump(),
      () => this.cut(),
    );
  }

  get needsDrain(): boolean {
    return this.#needDrain && !this.#ending && !this.#gone;
  }

  get drained(): boolean {
    return this.#queuedBytes === 0;
  }

  /** FIN was asked for. */
  get ending(): boolean {
    return this.#ending;
  }

  /** Destroyed or broken; `closed` follows in a later turn. */
  get gone(): boolean {
    return this.#gone;
  }

  write(data: string | Buffer): boolean {
    if (this.#gone) return false;
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    if (this.#ending) {
      this.#watch.misuse.push(`${this.name}: write of ${bytes.length} octets after end`);
      return false;
    }
    // The other end is gone and its RST was not looked at because nothing was read.
    if (this.#peer?.resetWaits === true) {
      this.#breakSoon('EPIPE');
      return false;
    }
    this.#watch.trace?.(this.name, 'writes', bytes);
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    const room = this.#queuedBytes < highWaterBytes;
    if (!room) this.#needDrain = true;
    this.#pump();
    if (this.counted && this.#queuedBytes > this.#watch.queuedBytesMax) this.#watch.queuedBytesMax = this.#queuedBytes;
    return room;
  }

  writePart(head: string, bytes: Buffer, from: number, to: number, tail: string): boolean {
    let room = head === '' || this.write(head);
    room = this.write(Buffer.from(bytes.subarray(from, to))) && room;
    return tail === '' ? room : this.write(tail) && room;
  }

  end(): void {
    if (this.#gone || this.#ending) return;
    this.#watch.trace?.(this.name, 'ends');
    this.#ending = true;
    this.#pump();
  }

  pause(): void {
    this.#watch.trace?.(this.name, 'pauses');
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.#watch.trace?.(this.name, 'resumes');
    this.paused = false;
    if (!this.#gone) this.#peer?.wakeOut();
  }

  destroy(): void {
    this.sink = deafSink;
    if (this.#gone) return;
    this.#watch.trace?.(this.name, 'is destroyed');
    // The system says RST where it throws away what was not read.
    if (this.#peer?.hasUnread === true) this.#out?.reset(true);
    else if (!this.#finished) this.#out?.end();
    this.#leave();
  }

  reset(): void {
    this.sink = deafSink;
    if (this.#gone) return;
    this.#out?.reset(false);
    this.#leave();
  }

  /** The network breaks the connection: both ends see RST. */
  cut(): void {
    this.#out?.reset(false);
    this.#peer?.resetOut();
  }

  // For the other end.

  get hasUnread(): boolean {
    return this.#out?.unread === true;
  }

  get resetWaits(): boolean {
    return this.#out?.resetWaits === true;
  }

  wakeOut(): void {
    this.#out?.wake();
  }

  resetOut(): void {
    this.#out?.reset(false);
  }

  // As the reader of the other end's pipe.

  read(source: Buffer, from: number, to: number): void {
    this.#watch.trace?.(this.name, 'reads', source.subarray(from, to));
    this.sink.onData(source.subarray(from, to));
  }

  readEnd(): void {
    this.#watch.trace?.(this.name, 'reads the end');
    this.ended = true;
    this.sink.onEnd();
    this.#closeIfDone();
  }

  readReset(): void {
    this.#break('ECONNRESET');
  }

  refused(): void {
    this.#out?.reset(false);
  }

  #pump(): void {
    const out = this.#out;
    if (out === undefined || this.#gone) return;
    while (this.#queue.length > 0 && out.room > 0 && !this.#gone) {
      const first = this.#queue[0] as Buffer;
      const { room } = out;
      const part = first.length <= room ? first : first.subarray(0, room);
      if (part.length === first.length) this.#queue.shift();
      else this.#queue[0] = first.subarray(part.length);
      this.#queuedBytes -= part.length;
      // The writer may use its memory again once it has left.
      out.send(Buffer.from(part));
    }
    if (this.#queuedBytes > 0) return;
    if (this.#ending && !this.#finished) {
      this.#finished = true;
      out.end();
      this.#parts.clock.schedule(0, () => this.#closeIfDone());
    } else if (this.#needDrain && !this.#drainDue) {
      this.#drainDue = true;
      this.#parts.clock.schedule(0, () => this.#drain());
    }
  }

  #drain(): void {
    this.#drainDue = false;
    if (this.#gone || this.#ending || this.#queuedBytes > 0 || !this.#needDrain) return;
    this.#needDrain = false;
    this.sink.onDrain();
  }

  #closeIfDone(): void {
    if (this.ended && this.#finished && !this.#gone) this.#breakSoon('');
  }

  #breakSoon(errorCode: string): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#parts.clock.schedule(0, () => {
      this.#gone = false;
      this.#break(errorCode);
    });
  }

  #break(errorCode: string): void {
    if (this.#gone) return;
    this.errorCode = errorCode;
    this.#watch.trace?.(this.name, `closes ${errorCode}`);
    this.#leave();
    const { sink } = this;
    this.sink = deafSink;
    this.closed = true;
    sink.onClose();
  }

  #leave(): void {
    this.#gone = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#peer?.wakeOut();
    if (!this.closed) this.#parts.clock.schedule(0, () => this.#close());
  }

  #close(): void {
    this.closed = true;
  }
}
