/** How long a body is (RFC 9112 section 6), decided from Content-Length and Transfer-Encoding alone. */

import type { Http1Rule } from './rules.ts';

/** @param value of a single Content-Length field. @returns the length, or -1 when it is not plain decimal digits (15 at most). */
export function parseContentLength(value: string): number {
  const digits = value.length;
  if (digits === 0 || digits > 15) return -1;
  let length = 0;
  for (let i = 0; i < digits; i += 1) {
    const digit = value.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  return length;
}

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
