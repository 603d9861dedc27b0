/** HTTP/2 over buffers, both ends. No sockets, no policy. */
export { createHttp2Client, createHttp2Server } from './connection.ts';
export type {
  Http2Connection,
  Http2ConnectionOptions,
  Http2ConnectionSink,
  Http2Output,
  Http2Reset,
  Http2Stream,
  Http2StreamSink,
} from './connection.types.ts';
export { http2ErrorCodes, http2ErrorName } from './error-codes.ts';
export { preface } from './frames/frame-types.ts';
export { http2Limits } from './limits.ts';
