import { describe, expect, it } from 'vitest';
import { celSyntaxProblem } from './cel-syntax.ts';

const taken = [
  'response.code >= 400',
  'has(request.headers.x) && !request.mtls || -1 < 2u',
  "request.headers['x-a'].startsWith(\"b\") ? 'c' : r'\\d'",
  '"a" in [1, 2.5, .5, 1e3, 0xff,]',
  '[1, 2].exists(x, x > 1) && {"a": 1, b"c": null}.size() == 2',
  'google.rpc.Status{code: 1,}.code % 2 * 3 / 4 - 5 + 6 != 7',
  'unknown(1, f()) // a comment',
  '.a.b(c)[0].d',
  '"""two\nlines""" == x',
];

const refused: readonly (readonly [expression: string, problem: string])[] = [
  ['', 'its end is not read where it stands'],
  ['a >=', 'its end is not read where it stands'],
  ['a &&& b', '"& b" is not read'],
  ['a = b', '"= b" is not read'],
  ['(a', 'its end is not read where it stands'],
  ['a b', 'b is not read where it stands'],
  ['f(a,)', ') is not read where it stands'],
  ['"a', '"\\"a" is not read'],
  ['has(a)', 'has() takes a field of something'],
  ['[1].all(1, true)', 'the variable of a macro must be a plain name'],
  ['if(a)', 'if is a reserved word'],
  ['a ? b', 'its end is not read where it stands'],
  ['(1){a: 2}', 'a is not read where it stands'],
  [`${'('.repeat(200)}a`, 'it is deeper than 100'],
  ['a'.repeat(20_000), 'it is longer than 16384 characters'],
];

describe('the syntax of CEL', () => {
  it.each(taken)('takes %s', (expression) => {
    expect(celSyntaxProblem(expression)).toBeUndefined();
  });

  it.each(refused)('refuses %s', (expression, problem) => {
    expect(celSyntaxProblem(expression)).toBe(`not an expression of CEL: ${problem}`);
  });
});
