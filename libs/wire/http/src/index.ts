/** HTTP messages, whatever version of HTTP carries them. */
export { joinedValue } from './fields.ts';
export type { Framing, HttpProtocol } from './request-head.ts';
export { RequestHead } from './request-head.ts';
export { ResponseHead } from './response-head.ts';
