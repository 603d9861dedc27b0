/** Texts of JSON without an object. */

import { describe, expect, it } from 'vitest';
import { isoTime, jsonText, valueCharsMax } from './json-text.ts';

describe('JSON text', () => {
  it('is the same string when it is parsed, and ASCII', () => {
    for (const value of ['plain', 'quote " and \\', 'line\nfeed', 'caf\xe9', '\x7f', '\u0000']) {
      const text = jsonText(value);
      expect(JSON.parse(text)).toBe(value);
      expect(text).toMatch(/^[\x20-\x7e]*$/);
    }
    expect(jsonText(undefined)).toBe('null');
  });

  it('is cut where a client sends too much', () => {
    expect(JSON.parse(jsonText('x'.repeat(9_000)))).toHaveLength(valueCharsMax);
  });

  it('says the time as ISO does', () => {
    for (const ms of [0, 1_700_000_000_007, 1_700_000_000_999, 1_700_000_001_000]) {
      expect(isoTime(ms)).toBe(new Date(ms).toISOString());
    }
  });
});
