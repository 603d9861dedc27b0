/** HPACK decoding (RFC 7541): straight from the read buffer to a flat list of fields. */

import type {} from '@weft/http';
import { http2Limits } from '../limits.ts';
import { DecoderTable } from './decoder-table.ts';
import { BROKEN, kindOfName, validValue } from './field-kinds.ts';
import { decodeHuffman } from './huffman-decode.ts';
import { STATIC_ENTRIES, staticNames, staticValues } from './static-table.ts';

/** A decoded header list; one per connection, used again. */
export class HeaderList {
  /** Flat: name, value; pseudo-headers too; `size` fields of it are this list's. What is over the limits is left out. */
  readonly fields: string[] = [];
  size = 0;
  /** Kind of each field (`field-kinds.ts`). */
  readonly kinds: number[] = [];
  /** Names, values and 32 for each field, those left out too (RFC 9113 section 6.5.2). */
  bytes = 0;
  /** Fields, those left out too. */
  count = 0;
  /** Octets of the block as it came. */
  encodedBytes = 0;
}

const staticKinds: readonly number[] = staticNames.map(kindOfName);
let scratch = Buffer.allocUnsafeSlow(http2Limits.headerBlockBytesMax * 2);

/** One per connection: holds the dynamic table. */
export class HpackDecoder {
  readonly list = new HeaderList();
  readonly #table = new DecoderTable(http2Limits.decoderTableBytes);
  readonly #listBytesMax: number;
  readonly #fieldsMax: number;
  #at = 0;
  #failed = false;

  constructor(listBytesMax: number, fieldsMax: number) {
    this.#listBytesMax = listBytesMax;
    this.#fieldsMax = fieldsMax;
  }

  get tooLarge(): boolean {
    return this.tooLong || this.list.count > this.#fieldsMax;
  }

  /** By its octets, not by the number of its fields. */
  get tooLong(): boolean {
    return this.list.bytes > this.#listBytesMax;
  }

  /** Decodes one whole header block into `list`. @returns false: COMPRESSION_ERROR, the connection cannot go on. */
  decode(bytes: Buffer, from: number, to: number): boolean {
    const list = this.list;
    list.size = 0;
    list.bytes = 0;
    list.count = 0;
    list.encodedBytes = to - from;
    this.#at = from;
    this.#failed = false;
    let mayResize = true;
    while (this.#at < to) {
      const octet = bytes[this.#at] as number;
      if (octet >= 0x80) {
        if (!this.#indexed(this.#integer(bytes, to, 0x7f))) return false;
        mayResize = false;
      } else if (octet >= 0x40) {
        if (!this.#literal(bytes, to, 0x3f, true)) return false;
        mayResize = false;
      } else if (octet >= 0x20) {
        const size = this.#integer(bytes, to, 0x1f);
        if (this.#failed || !mayResize || size > http2Limits.decoderTableBytes) return false;
        this.#table.resize(size);
      } else {
        if (!this.#literal(bytes, to, 0x0f, false)) return false;
        mayResize = false;
      }
    }
    return true;
  }

  #indexed(index: number): boolean {
    if (this.#failed || index === 0) return false;
    if (index <= STATIC_ENTRIES) {
      this.#push(staticNames[index] as string, staticValues[index] as string, staticKinds[index] as number);
      return true;
    }
    const table = this.#table;
    const slot = table.slot(index - STATIC_ENTRIES - 1);
    if (slot < 0) return false;
    this.#push(table.names[slot] as string, table.values[slot] as string, table.kinds[slot] as number);
    return true;
  }

  #literal(bytes: Buffer, to: number, mask: number, keep: boolean): boolean {
    const index = this.#integer(bytes, to, mask);
    if (this.#failed) return false;
    let name: string;
    let kind: number;
    if (index === 0) {
      name = this.#string(bytes, to);
      if (this.#failed) return false;
      kind = kindOfName(name);
    } else if (index <= STATIC_ENTRIES) {
      name = staticNames[index] as string;
      kind = staticKinds[index] as number;
    } else {
      const slot = this.#table.slot(index - STATIC_ENTRIES - 1);
      if (slot < 0) return false;
      name = this.#table.names[slot] as string;
      kind = this.#table.kinds[slot] as number;
      // The entry was broken by its value: the name alone decides anew.
      if (kind === BROKEN) kind = kindOfName(name);
    }
    const value = this.#string(bytes, to);
    if (this.#failed) return false;
    if (!validValue(value)) kind = BROKEN;
    if (keep) this.#table.add(name, value, kind);
    this.#push(name, value, kind);
    return true;
  }

  #push(name: string, value: string, kind: number): void {
    const list = this.list;
    list.bytes += name.length + value.length + 32;
    list.count += 1;
    if (list.bytes > this.#listBytesMax || list.count > this.#fieldsMax) return;
    const at = list.size;
    list.fields[at * 2] = name;
    list.fields[at * 2 + 1] = value;
    list.kinds[at] = kind;
    list.size = at + 1;
  }

  /** RFC 7541 section 5.1; up to 2^28. */
  #integer(bytes: Buffer, to: number, mask: number): number {
    let value = (bytes[this.#at] as number) & mask;
    this.#at += 1;
    if (value < mask) return value;
    let shift = 0;
    while (this.#at < to && shift < 28) {
      const octet = bytes[this.#at] as number;
      this.#at += 1;
      value += (octet & 0x7f) << shift;
      if (octet < 0x80) return value;
      shift += 7;
    }
    this.#failed = true;
    return 0;
  }

  #string(bytes: Buffer, to: number): string {
    if (this.#at >= to) {
      this.#failed = true;
      return '';
    }
    const huffman = (bytes[this.#at] as number) >= 0x80;
    const length = this.#integer(bytes, to, 0x7f);
    const from = this.#at;
    const end = from + length;
    if (this.#failed || end > to) {
      this.#failed = true;
      return '';
    }
    this.#at = end;
    if (!huffman) return bytes.latin1Slice(from, end);
    if (length * 2 > scratch.length) scratch = Buffer.allocUnsafeSlow(length * 2);
    const decoded = decodeHuffman(bytes, from, end, scratch);
    if (decoded < 0) {
      this.#failed = true;
      return '';
    }
    return scratch.latin1Slice(0, decoded);
  }
}
