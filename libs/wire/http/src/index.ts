/** HTTP messages, whatever version of HTTP carries them. */

import type {} from './latin1.types.ts';

export type { AuthorityViolation } from './authority.ts';
export { authorityViolation, sameAuthority } from './authority.ts';
export { parseContentLength } from './content-length.ts';
export { joinedValue } from './fields.ts';
export { methodOctets, nameOctets, targetOctets, valueOctets } from './octets.ts';
export type { Framing, HttpProtocol } from './request-head.ts';
export { RequestHead } from './request-head.ts';
export { ResponseHead } from './response-head.ts';
