/** The bounds of the codec: each is tested. */

export const http1Limits = {
  /** Bytes of a head, request or status line and the empty line included. */
  headBytesMax: 61_440,
  /** Fields of a head, and of a trailer section. */
  headFieldsMax: 100,
  methodBytesMax: 32,
  /** A chunk's size line without CRLF: size and extensions. */
  chunkLineBytesMax: 256,
  /** The trailer section of a chunked body, its empty line included. */
  trailerBytesMax: 8_192,
} as const;
