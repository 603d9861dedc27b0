import { describe, expect, it } from 'vitest';
import { excerpt } from './excerpt.ts';

const at = (text: string, column: number): string => excerpt([text], 1, column).join('\n');

describe('an excerpt', () => {
  it('underlines a key', () => {
    expect(at('    timeoutt: 3s', 5)).toBe('   1 |     timeoutt: 3s\n     |     ^~~~~~~~');
  });

  it('underlines a quoted value as a whole', () => {
    expect(at('hosts: ["a b", c]', 9)).toBe('   1 | hosts: ["a b", c]\n     |         ^~~~~');
  });

  it('points at a bracket alone', () => {
    expect(at('http: [{}]', 7)).toBe('   1 | http: [{}]\n     |       ^');
  });

  it('points behind the end of a line', () => {
    expect(at('spec:', 6)).toBe('   1 | spec:\n     |      ^');
  });

  it('shows the middle of a long line', () => {
    const [shown = '', caret = ''] = excerpt([`${'a'.repeat(500)} here ${'b'.repeat(500)}`], 1, 502);
    expect(shown).toHaveLength('   1 | '.length + 120);
    expect(shown.slice(caret.indexOf('^'), caret.indexOf('^') + 4)).toBe('here');
    expect(caret.endsWith('^~~~')).toBe(true);
  });

  it('keeps control characters away from the terminal, and its place', () => {
    expect(at('a:\t"\u001b[31m" x', 4)).toBe('   1 | a: "\ufffd[31m" x\n     |    ^~~~~~~');
  });

  it('is empty for a line that is not there', () => {
    expect(excerpt([''], 2, 1)).toEqual([]);
  });
});
