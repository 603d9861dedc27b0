/** The bounds of the codec: each is tested. */

export const http1Limits = {
  /** Bytes of a head, request or status line and the empty line included; what a reader takes that was not told otherwise. */
  headBytesMax: 61_440,
  /** Fields of a head; likewise. */
  headFieldsMax: 100,
  /** Fields of a trailer section. */
  trailerFieldsMax: 100,
  methodBytesMax: 32,
  /** A chunk's size line without CRLF: size and extensions. */
  chunkLineBytesMax: 256,
  /** The trailer section of a chunked body, its empty line included. */
  trailerBytesMax: 8_192,
} as const;
