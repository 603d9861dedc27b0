/** Base64 that comes in parts cut anywhere, each maybe padded: the text form of gRPC-Web. */

const empty = Buffer.alloc(0);
const invalid = 0xff;
const padding = 0x3d;

const values = new Uint8Array(256).fill(invalid);
for (const [index, letter] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  values[letter.charCodeAt(0)] = index;
}

export class Base64Decoder {
  /** What came was no base64: nothing more is decoded. */
  failed = false;
  readonly #group = new Uint8Array(4);
  #held = 0;

  /** Up to three octets wait for the rest of their group. @returns what is decoded; the receiver's. */
  decode(bytes: Buffer, from: number, to: number): Buffer {
    if (this.failed || from === to) return empty;
    const out = Buffer.allocUnsafe((((this.#held + to - from) / 4) | 0) * 3);
    let length = 0;
    for (let at = from; at < to; at += 1) {
      this.#group[this.#held] = bytes[at] as number;
      this.#held += 1;
      if (this.#held < 4) continue;
      this.#held = 0;
      const written = this.#decodeGroup(out, length);
      if (written === 0) return empty;
      length += written;
    }
    return out.subarray(0, length);
  }

  /** @returns false: a group is not whole. */
  end(): boolean {
    return this.#held === 0 && !this.failed;
  }

  #decodeGroup(out: Buffer, at: number): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#group;
    const octets = d !== padding ? 3 : c !== padding ? 2 : 1;
    const one = values[a] as number;
    const two = values[b] as number;
    const three = octets > 1 ? (values[c] as number) : 0;
    const four = octets > 2 ? (values[d] as number) : 0;
    if (one === invalid || two === invalid || three === invalid || four === invalid) {
      this.failed = true;
      return 0;
    }
    const bits = (one << 18) | (two << 12) | (three << 6) | four;
    out[at] = bits >> 16;
    if (octets > 1) out[at + 1] = (bits >> 8) & 0xff;
    if (octets > 2) out[at + 2] = bits & 0xff;
    return octets;
  }
}

/** Each part on its own, padded, as Envoy sends it. */
export function encodeBase64(bytes: Buffer): Buffer {
  return bytes.length === 0 ? bytes : Buffer.from(bytes.toString('base64'), 'latin1');
}
