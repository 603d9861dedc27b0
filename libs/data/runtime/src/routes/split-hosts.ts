/** A RouteConfiguration taken apart by its octets: the virtual hosts one by one, without reading them. */

/** A RouteConfiguration message. */
export interface SplitHosts {
  /**
   * The whole message: a view of the buffer that it was given in, not to be written to by anybody. It keeps that buffer alive, which
   * may be the whole response, as long as the version is.
   */
  readonly octets: Buffer;
  /** All other fields, in their order: a RouteConfiguration without virtual hosts. */
  readonly rest: Buffer;
  readonly hosts: readonly HostSpan[];
}

/** Where in the whole message a VirtualHost message is. */
export interface HostSpan {
  readonly from: number;
  readonly to: number;
}

/** Field 2 (virtual_hosts), length-delimited (the protobuf encoding's wire type 2). */
const HOSTS_TAG = 0x12;

/** @returns nothing for octets that do not parse at this level: then nobody can. */
export function splitHosts(message: Uint8Array): SplitHosts | undefined {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const hosts: HostSpan[] = [];
  const rest: Buffer[] = [];
  const reader = new FieldReader(bytes);
  while (reader.at < bytes.length) {
    const start = reader.at;
    if (!reader.skipField()) return undefined;
    if (reader.tag === HOSTS_TAG) hosts.push({ from: reader.contentAt, to: reader.at });
    else rest.push(bytes.subarray(start, reader.at));
  }
  return { octets: bytes, rest: Buffer.concat(rest), hosts };
}

/** Field 1 (name), length-delimited. */
const NAME_TAG = 0x0a;

/**
 * For looking up, not for deciding: of two names a parser takes the last.
 * @returns the first name in a VirtualHost message; nothing: there is none, or what comes before it does not parse.
 */
export function nameOfHost({ octets }: SplitHosts, { from, to }: HostSpan): string | undefined {
  const reader = new FieldReader(octets, from, to);
  while (reader.at < to && reader.skipField()) {
    if (reader.tag === NAME_TAG) return octets.toString('utf8', reader.contentAt, reader.at);
  }
  return undefined;
}

class FieldReader {
  at: number;
  /** Number and wire type of the last field, however many octets they were written in. */
  tag = 0;
  /** Where the content of the last length-delimited field began. */
  contentAt = 0;
  readonly #bytes: Buffer;
  readonly #end: number;

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#end = end;
    this.at = at;
  }

  /** @returns false: it does not parse. */
  skipField(): boolean {
    this.tag = this.#varint();
    if (this.tag < 0) return false;
    switch (this.tag & 7) {
      case 0:
        return this.#varint() >= 0;
      case 1:
        return this.#skip(8);
      case 2: {
        const length = this.#varint();
        this.contentAt = this.at;
        return length >= 0 && this.#skip(length);
      }
      case 5:
        return this.#skip(4);
      default:
        return false;
    }
  }

  #skip(count: number): boolean {
    this.at += count;
    return this.at <= this.#end;
  }

  /** @returns -1: it is cut short. Values over 2^53 lose their low bits, which no length has. */
  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count += 1) {
      const octet = this.#bytes[this.at];
      if (octet === undefined || this.at >= this.#end) return -1;
      this.at += 1;
      value += (octet & 0x7f) * scale;
      if (octet < 0x80) return value;
      scale *= 128;
    }
    return -1;
  }
}
