/** The few pieces of DER (X.690) that a certificate request is made of. */

/** One element: tag, length, content. */
export function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, piece) => sum + piece.length, 0);
  return Buffer.concat([Uint8Array.of(tag), lengthOf(length), ...content]);
}

export const derTags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  sequence: 0x30,
  set: 0x31,
  /** Context-specific, primitive, 6: a URI in GeneralName. */
  uri: 0x86,
  /** Context-specific, constructed, 0: attributes of a request. */
  attributes: 0xa0,
} as const;

/** A BIT STRING of whole octets. */
export function derBits(content: Uint8Array): Uint8Array {
  return der(derTags.bitString, Uint8Array.of(0), content);
}

/** @param hex content of the OBJECT IDENTIFIER, encoded. */
export function derObjectId(hex: string): Uint8Array {
  return der(derTags.objectId, Buffer.from(hex, 'hex'));
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  return Uint8Array.of(0x82, length >> 8, length & 0xff);
}
