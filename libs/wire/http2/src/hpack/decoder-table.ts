/** The dynamic table of a decoder (RFC 7541 section 2.3.2): a ring of entries. */

/** An entry takes 32 octets at least, so this is the most that a table of 4,096 can hold. */
const SLOTS = 128;

export class DecoderTable {
  readonly names: string[] = [];
  readonly values: string[] = [];
  readonly kinds: number[] = [];
  #bytes = 0;
  #bytesMax: number;
  /** Entries ever added, and ever dropped. */
  #added = 0;
  #dropped = 0;

  /** @param bytesMax 4,096 at most. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get entries(): number {
    return this.#added - this.#dropped;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @param nth 0: the newest. @returns where it stands in the lists; -1: there is none. */
  slot(nth: number): number {
    return nth < this.#added - this.#dropped ? (this.#added - 1 - nth) % SLOTS : -1;
  }

  /** Adds an entry, after dropping old ones until it fits; one that can never fit empties the table. */
  add(name: string, value: string, kind: number): void {
    const size = name.length + value.length + 32;
    this.#evict(this.#bytesMax - size);
    if (size > this.#bytesMax) return;
    const slot = this.#added % SLOTS;
    this.names[slot] = name;
    this.values[slot] = value;
    this.kinds[slot] = kind;
    this.#added += 1;
    this.#bytes += size;
  }

  /** A size update of the peer's encoder. */
  resize(bytesMax: number): void {
    this.#bytesMax = bytesMax;
    this.#evict(bytesMax);
  }

  #evict(room: number): void {
    while (this.#bytes > room && this.#dropped < this.#added) {
      const slot = this.#dropped % SLOTS;
      this.#bytes -= (this.names[slot] as string).length + (this.values[slot] as string).length + 32;
      // Lets the strings go.
      this.names[slot] = '';
      this.values[slot] = '';
      this.#dropped += 1;
    }
  }
}
