/** A strict HTTP/1.1 codec over buffers: heads, bodies, and how they are written. No sockets, no policy. */
export { BodyReader } from './body-reader.ts';
export { HeadReader, headIncomplete, headViolated } from './head-reader.ts';
export { http1Limits } from './limits.ts';
export type { RequestRules } from './request-head.ts';
export { parseRequestHead, refusedRequestHead } from './request-head.ts';
export { parseResponseHead } from './response-head.ts';
export type { Http1Rule } from './rules.ts';
export { http1Rules } from './rules.ts';
export {
  chunkedLine,
  encodeLastChunk,
  lastChunk,
  serializeFields,
  serializeRequestHead,
  serializeResponseHead,
} from './serialize.ts';
