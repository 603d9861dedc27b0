/** Bodies that say whose they are: any part of one can be checked, and no two are alike. */

import { createSeededRandom } from '@weft/kernel';

/** Longest body that a scenario sends. */
export const bodyBytesMax = 300_000;

const offsetsMax = 1_000_003;
const noise = makeNoise(offsetsMax + bodyBytesMax);

/** @param key of the message: its number. @returns `length` octets that belong to it alone. */
export function bodyOf(key: number, length: number): Buffer {
  const at = (Math.imul(key, 7_919) >>> 0) % offsetsMax;
  return noise.subarray(at, at + length);
}

function makeNoise(length: number): Buffer {
  const random = createSeededRandom(1);
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let i = 0; i < length; i += 1) bytes[i] = random() * 256;
  return bytes;
}

/** Checks a body as it comes. */
export class BodyCheck {
  received = 0;
  /** Nothing: no fault so far. */
  fault: string | undefined;
  readonly #expected: Buffer;

  constructor(key: number, length: number) {
    this.#expected = bodyOf(key, length);
  }

  get whole(): boolean {
    return this.fault === undefined && this.received === this.#expected.length;
  }

  add(bytes: Buffer, from: number, to: number): void {
    const at = this.received;
    this.received += to - from;
    if (this.fault !== undefined) return;
    if (this.received > this.#expected.length) this.fault = `longer than ${this.#expected.length}`;
    else if (bytes.compare(this.#expected, at, this.received, from, to) !== 0) this.fault = `wrong octets after ${at}`;
  }
}
