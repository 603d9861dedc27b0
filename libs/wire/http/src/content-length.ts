/** Content-Length (RFC 9110 section 8.6). */

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
