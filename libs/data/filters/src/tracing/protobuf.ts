/** The few shapes of protobuf that spans are made of: the messages of OTLP are not among the generated ones. */

export function varint(value: number): Buffer {
  const octets: number[] = [];
  let rest = value;
  while (rest > 127) {
    octets.push((rest & 127) | 128);
    rest = Math.floor(rest / 128);
  }
  octets.push(rest);
  return Buffer.from(octets);
}

/** A field of type bytes, text or message. */
export function lengthDelimited(field: number, content: Buffer | string): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

export function unsigned(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

export function fixed64(field: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([varint(field * 8 + 1), bytes]);
}
