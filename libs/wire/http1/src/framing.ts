/** What Transfer-Encoding says of a body's length (RFC 9112 section 6). */

import type { Http1Rule } from './rules.ts';

/** @param value of a single Transfer-Encoding field. @returns the rule that it breaks; nothing for exactly "chunked". */
export function transferEncodingViolation(value: string): Http1Rule | undefined {
  const lower = value.toLowerCase();
  if (lower === 'chunked') return undefined;
  const codings = lower.split(',').map((coding) => coding.trim());
  const last = codings.length - 1;
  const wellFormed = codings.every((coding) => /^[a-z0-9!#$%&'*+.^_`|~-]+(?:\s*;.*)?$/.test(coding));
  const chunkedEarly = codings.some((coding, i) => coding.startsWith('chunked') && i !== last);
  if (!wellFormed || chunkedEarly || codings[last]?.startsWith('chunked;') === true) return 'transfer-encoding-invalid';
  if (last > 0 && codings[last] !== 'chunked') return 'transfer-encoding-invalid';
  return 'transfer-coding-unsupported';
}
