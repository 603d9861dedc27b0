/** Lines on their way to one reader: as many wait as the bound says, further ones are dropped, and the reader is told how many. */

/** Where one tap's lines go. */
export interface TapSink {
  /** @param text lines, each with its end. @returns false: wait for `drained`. */
  write(text: string): boolean;
}

export class TapQueue {
  readonly #sink: TapSink;
  readonly #waitingMax: number;
  #waiting: string[] = [];
  /** Since the sink last took something: said in the next line. */
  #dropped = 0;
  #full = false;

  constructor(sink: TapSink, waitingMax: number) {
    this.#sink = sink;
    this.#waitingMax = waitingMax;
  }

  /** @param text one line, or a few. @returns false: it was dropped. */
  add(text: string): boolean {
    if (!this.#full) this.#full = !this.#sink.write(text);
    else if (this.#waiting.length < this.#waitingMax) this.#waiting.push(text);
    else {
      this.#dropped += 1;
      return false;
    }
    return true;
  }

  /** The sink takes more again. */
  drained(): void {
    this.#full = false;
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    const gap = this.#dropped === 0 ? '' : `{"dropped":${this.#dropped}}\n`;
    this.#waiting = [];
    this.#dropped = 0;
    this.#full = !this.#sink.write(waiting.join('') + gap);
  }
}
