/** Pieces of JSON made without an object: the result is ASCII only. */

const unsafe = /["\\\u0000-\u001f\u007f-\uffff]/;
const notAscii = /[\u007f-\uffff]/g;

/** Characters kept of a value that a client chose. */
export const valueCharsMax = 2_048;

/** A JSON string; null for nothing. */
export function jsonText(value: string | undefined): string {
  if (value === undefined) return 'null';
  const text = value.length > valueCharsMax ? value.substring(0, valueCharsMax) : value;
  if (!unsafe.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(notAscii, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const millis = Array.from({ length: 1_000 }, (_, ms) => `.${String(ms).padStart(3, '0')}Z`);
let cachedSecond = -1;
let cachedText = '';

/** "2026-11-21T12:00:00.000Z"; the part up to the second is made once a second. */
export function isoTime(epochMs: number): string {
  const second = Math.floor(epochMs / 1_000);
  if (second !== cachedSecond) {
    cachedSecond = second;
    cachedText = new Date(second * 1_000).toISOString().substring(0, 19);
  }
  return cachedText + (millis[Math.floor(epochMs - second * 1_000)] as string);
}
