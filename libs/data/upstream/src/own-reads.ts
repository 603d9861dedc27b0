/** What a socket that carries much reads into: buffers of its own, so that what was read can be sent on without a copy. */

import { upstreamLimits } from './limits.ts';
import { ownBuffers, sharedBuffer, sharedBufferBytes } from './read-buffers.ts';

/** Whom a part was lent to. */
interface Borrower {
  /** All that was written has left the process. */
  readonly drained: boolean;
}

export class OwnReads {
  /** What is read into; nothing: the buffer that all share. */
  #own: Buffer | undefined;
  /** A buffer that the borrower still sends from. */
  #lent: Buffer | undefined;
  #lentTo: Borrower | undefined;

  /** @param bytes of the last read. @returns what the next read goes into; nothing: the same. */
  next(bytes: number): Buffer | undefined {
    this.#takeBack();
    const own = this.#own;
    if (own === undefined) {
      if (bytes < sharedBufferBytes) return undefined;
      this.#own = ownBuffers.take();
      return this.#own;
    }
    if (own === this.#lent) {
      this.#own = ownBuffers.take();
      return this.#own ?? sharedBuffer();
    }
    if (bytes >= upstreamLimits.lentBytesMin) return undefined;
    this.#own = undefined;
    ownBuffers.giveBack(own);
    return sharedBuffer();
  }

  /** Whether the part may be lent: it lies in the own buffer, is worth it, and nothing is lent already. */
  mayLend(part: Buffer): boolean {
    if (part.length < upstreamLimits.lentBytesMin || this.#lent !== undefined) return false;
    return part.buffer === this.#own?.buffer;
  }

  /** A part of the own buffer is sent from until the borrower is drained. */
  lend(borrower: Borrower): void {
    this.#lent = this.#own;
    this.#lentTo = borrower;
  }

  /** Nothing is read any more. */
  leave(): void {
    this.#takeBack();
    const [own, lent] = [this.#own, this.#lent];
    this.#own = undefined;
    this.#lent = undefined;
    this.#lentTo = undefined;
    if (lent !== undefined) ownBuffers.leave();
    if (own !== undefined && own !== lent) ownBuffers.giveBack(own);
  }

  #takeBack(): void {
    const lent = this.#lent;
    if (lent === undefined || this.#lentTo?.drained === false) return;
    this.#lent = undefined;
    this.#lentTo = undefined;
    if (lent !== this.#own) ownBuffers.giveBack(lent);
  }
}
