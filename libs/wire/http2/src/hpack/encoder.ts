/**
 * HPACK encoding (RFC 7541): what repeats becomes one octet, what does not is written plainly. No Huffman codes: between sidecars
 * octets are cheaper than the cycles of both ends.
 */

import { http2Limits } from '../limits.ts';
import { STATIC_ENTRIES, staticIndexOf } from './static-table.ts';

/** What an encoder knows of a name. */
class NameEntry {
  readonly name: string;
  readonly staticIndex: number;
  /** Value → number of its entry in the dynamic table, counted from the first ever; below 0: minus its static index. */
  readonly values = new Map<string, number>();
  lastValue: string | undefined = undefined;
  lastNumber = 0;
  /** Newest dynamic entry with this name; -1: none. */
  nameNumber = -1;
  /** Falls with each value that was added to the table, rises with each that was found there: at 0 values are not added. */
  credit = 4;
  skipped = 0;
  readonly sensitive: number;

  constructor(name: string) {
    this.name = name;
    const known = staticIndexOf.get(name);
    this.staticIndex = known?.index ?? 0;
    this.sensitive = sensitivity(name);
    if (known === undefined) return;
    for (const [value, index] of known.values) if (value !== '') this.values.set(value, -index);
  }
}

const CREDIT_MAX = 16;
const SKIPS_BETWEEN_TRIES = 64;
const SLOTS = 128;

/** Values shorter than this must not be guessed by compression (RFC 7541 section 7.1.3). */
function sensitivity(name: string): number {
  if (name === 'authorization' || name === 'proxy-authorization' || name === 'set-cookie') return 64;
  return name === 'cookie' ? 20 : 0;
}

/** One per connection. `begin`, `field` for each, then the block stands in `bytes` from `start` to `at`. */
export class HpackEncoder {
  /** The buffer given to `begin`; another, larger one where the block did not fit in it. */
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  at = 0;
  readonly #names = new Map<string, NameEntry>();
  readonly #entryNames: NameEntry[] = [];
  readonly #entryValues: string[] = [];
  #added = 0;
  #dropped = 0;
  #tableBytes = 0;
  #tableBytesMax: number = http2Limits.encoderTableBytesMax;
  /** Smallest size since the last block, if it has to be told; -1: nothing to tell. */
  #smallest = -1;

  /** Names that are remembered. */
  get names(): number {
    return this.#names.size;
  }

  /** SETTINGS_HEADER_TABLE_SIZE of the peer. */
  allow(bytes: number): void {
    const size = Math.min(bytes, http2Limits.encoderTableBytesMax);
    if (size === this.#tableBytesMax) return;
    this.#smallest = this.#smallest < 0 ? size : Math.min(this.#smallest, size);
    this.#tableBytesMax = size;
    this.#evict(size);
  }

  /** Starts a header block at `at`. */
  begin(bytes: Buffer, at: number): void {
    this.bytes = bytes;
    this.start = at;
    this.at = at;
    if (this.#smallest < 0) return;
    this.#ensure(16);
    if (this.#smallest < this.#tableBytesMax) this.#integer(0x20, 0x1f, this.#smallest);
    this.#integer(0x20, 0x1f, this.#tableBytesMax);
    this.#smallest = -1;
  }

  /** @param fields flat. */
  fields(fields: readonly string[]): void {
    for (let i = 0; i < fields.length; i += 2) this.field(fields[i] as string, fields[i + 1] as string);
  }

  field(name: string, value: string): void {
    const entry = this.#names.get(name) ?? this.#remember(name);
    let number = entry.lastNumber;
    if (value !== entry.lastValue || (number >= 0 && number < this.#dropped)) {
      const found = entry.values.get(value);
      if (found === undefined) {
        this.#miss(entry, value);
        return;
      }
      number = found;
      entry.lastValue = value;
      entry.lastNumber = number;
    }
    if (entry.credit < CREDIT_MAX) entry.credit += 1;
    this.#ensure(8);
    this.#integer(0x80, 0x7f, number < 0 ? -number : STATIC_ENTRIES + this.#added - number);
  }

  #miss(entry: NameEntry, value: string): void {
    const size = entry.name.length + value.length + 32;
    this.#ensure(size);
    const sensitive = entry.sensitive > 0 && value.length < entry.sensitive;
    if (sensitive) this.#literal(entry, value, 0x10, 0x0f);
    else if (size > this.#tableBytesMax >> 1 || !worthAdding(entry)) this.#literal(entry, value, 0, 0x0f);
    else {
      this.#literal(entry, value, 0x40, 0x3f);
      this.#add(entry, value, size);
    }
  }

  #literal(entry: NameEntry, value: string, prefix: number, mask: number): void {
    if (entry.staticIndex > 0) this.#integer(prefix, mask, entry.staticIndex);
    else if (entry.nameNumber >= this.#dropped) {
      this.#integer(prefix, mask, STATIC_ENTRIES + this.#added - entry.nameNumber);
    } else {
      this.bytes[this.at] = prefix;
      this.at += 1;
      this.#string(entry.name);
    }
    this.#string(value);
  }

  #add(entry: NameEntry, value: string, size: number): void {
    this.#evict(this.#tableBytesMax - size);
    const number = this.#added;
    this.#added += 1;
    this.#entryNames[number % SLOTS] = entry;
    this.#entryValues[number % SLOTS] = value;
    this.#tableBytes += size;
    entry.values.set(value, number);
    entry.nameNumber = number;
    entry.lastValue = value;
    entry.lastNumber = number;
  }

  #evict(room: number): void {
    while (this.#tableBytes > room && this.#dropped < this.#added) {
      const number = this.#dropped;
      const entry = this.#entryNames[number % SLOTS] as NameEntry;
      const value = this.#entryValues[number % SLOTS] as string;
      this.#tableBytes -= entry.name.length + value.length + 32;
      if (entry.values.get(value) === number) entry.values.delete(value);
      this.#entryValues[number % SLOTS] = '';
      this.#dropped += 1;
    }
  }

  #remember(name: string): NameEntry {
    const entry = new NameEntry(name);
    if (this.#names.size >= http2Limits.encoderNamesMax) {
      for (const [known, old] of this.#names) if (old.nameNumber < this.#dropped) this.#names.delete(known);
    }
    this.#names.set(name, entry);
    return entry;
  }

  #integer(prefix: number, mask: number, value: number): void {
    const bytes = this.bytes;
    if (value < mask) {
      bytes[this.at] = prefix | value;
      this.at += 1;
      return;
    }
    bytes[this.at] = prefix | mask;
    this.at += 1;
    let rest = value - mask;
    while (rest >= 0x80) {
      bytes[this.at] = (rest & 0x7f) | 0x80;
      this.at += 1;
      rest >>>= 7;
    }
    bytes[this.at] = rest;
    this.at += 1;
  }

  #string(text: string): void {
    const length = text.length;
    this.#integer(0, 0x7f, length);
    const bytes = this.bytes;
    const at = this.at;
    if (length < 24) for (let i = 0; i < length; i += 1) bytes[at + i] = text.charCodeAt(i);
    else bytes.latin1Write(text, at, length);
    this.at = at + length;
  }

  #ensure(room: number): void {
    if (this.at + room <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max((this.at - this.start + room) * 2, http2Limits.frameBytesMax));
    this.bytes.copy(larger, 0, this.start, this.at);
    this.bytes = larger;
    this.at -= this.start;
    this.start = 0;
  }
}

function worthAdding(entry: NameEntry): boolean {
  if (entry.credit > 0) {
    entry.credit -= 1;
    return true;
  }
  entry.skipped += 1;
  return entry.skipped % SKIPS_BETWEEN_TRIES === 0;
}
