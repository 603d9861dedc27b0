/** Classes of octets as look-up tables (RFC 9110 section 5.6). */

const table = (accepts: (code: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, code) => (accepts(code) ? 1 : 0));

const tokenMarks = new Set(Array.from("!#$%&'*+-.^_`|~", (mark) => mark.charCodeAt(0)));
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isUpper = (code: number): boolean => code >= 0x41 && code <= 0x5a;
const isLower = (code: number): boolean => code >= 0x61 && code <= 0x7a;

/** Field names: 1 for a tchar, 2 for an upper-case letter (also a tchar), 0 for what a name must not have. */
export const nameOctets: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  if (isUpper(code)) return 2;
  return isDigit(code) || isLower(code) || tokenMarks.has(code) ? 1 : 0;
});

/** Field values: visible ASCII, space, tab and obs-text. */
export const valueOctets: Uint8Array = table((code) => code === 0x09 || (code >= 0x20 && code !== 0x7f));

/** Request targets: visible ASCII but "#". */
export const targetOctets: Uint8Array = table((code) => code > 0x20 && code < 0x7f && code !== 0x23);

/** Methods: upper-case letters, digits, "-", "_". */
export const methodOctets: Uint8Array = table(
  (code) => isUpper(code) || isDigit(code) || code === 0x2d || code === 0x5f,
);
