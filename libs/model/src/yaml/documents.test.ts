import { describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { violationsOf } from '../testing/verdict.ts';
import { readDocuments } from './documents.ts';

const valuesOf = (text: string): unknown[] => readDocuments(text).documents.map(({ value }) => value);
const problemsOf = (text: string): string[] => {
  const { documents, problems } = readDocuments(text);
  return [...documents.flatMap((document) => document.problems), ...problems].map(
    ({ path, message }) => `${path}: ${message}`,
  );
};

describe('YAML', () => {
  it('keeps aliases and merge keys', () => {
    const text =
      'base: &b { a: 1, n: { x: 1 } }\nsame: *b\nmore: { <<: *b, a: 2, c: 3 }\nlist: { <<: [{ d: 1 }, { d: 2, e: 3 }] }\n';
    expect(valuesOf(text)).toEqual([
      {
        base: { a: 1, n: { x: 1 } },
        same: { a: 1, n: { x: 1 } },
        more: { a: 2, c: 3, n: { x: 1 } },
        list: { d: 1, e: 3 },
      },
    ]);
  });

  it.each([
    ['a key given twice', 'a: 1\nb: 2\na: 3\n', 'a: "a" is given twice'],
    ['a key given twice inside a flow map', '{ x: { a: 1, "a": 2 } }', 'x.a: "a" is given twice'],
    ['a list as a key', '? [a]\n: 1\n', ': a key must be a string'],
    ['an alias without an anchor', 'a: *b\n', 'a: alias *b has no anchor before it'],
    ['an alias of itself', 'a: &a [*a]\n', 'a[0]: alias *a contains itself'],
    ['a merge of itself', 'a: &a { <<: *a }\n', 'a: "<<" takes a map or an alias of one'],
    ['a merge of a word', 'a: { <<: b }\n', 'a: "<<" takes a map or an alias of one'],
    ['not a number', 'a: .nan\n', 'a: this value has no form in JSON; write a string, a number or a boolean'],
    ['infinity', 'a: [-.inf]\n', 'a[0]: this value has no form in JSON; write a string, a number or a boolean'],
    ['binary data', 'a: !!binary aGk=\n', 'a: this value has no form in JSON; write a string, a number or a boolean'],
    ['a tag nobody knows', 'a: !thing b\n', ': Unresolved tag: !thing'],
    ['the key __proto__', '{ "__proto__": { polluted: true } }', ': the key "__proto__" is not allowed'],
  ])('with %s is refused', (_name, text, expected) => {
    expect(problemsOf(text)).toContain(expected);
    expect(valuesOf(text)).toEqual([undefined]);
  });

  it('cannot change the prototype of objects', () => {
    const text =
      '__proto__: { polluted: a }\nb: { __proto__: { polluted: b } }\nc: &c { __proto__: { polluted: c } }\nd: { <<: *c }\n';
    expect(problemsOf(text).length).toBeGreaterThan(2);
    violationsOf(text);
    violationsOf(
      'apiVersion: v1\nkind: Service\nmetadata: { name: a, labels: { constructor: x, __proto__: { polluted: y } } }\n',
    );
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('the bounds of a file', () => {
  it('hold its length', () => {
    const comment = `#${'x'.repeat(limits.fileLengthMax - 1)}`;
    expect(problemsOf(comment)).toEqual([]);
    expect(problemsOf(`${comment}x`)).toEqual([`: the file is larger than ${limits.fileLengthMax} characters`]);
  });

  it('hold the number of documents, and keep those before', () => {
    const text = 'a: 1\n---\n'.repeat(limits.documentsMax);
    expect(problemsOf(text)).toEqual([]);
    expect(problemsOf(`${text}b: 1\n`)).toEqual([
      `: the file has more than ${limits.documentsMax} documents; the rest was not read`,
    ]);
    expect(valuesOf(`${text}b: 1\n`)).toHaveLength(limits.documentsMax);
  });

  it('hold the number of values', () => {
    expect(problemsOf(`[${'1,'.repeat(limits.nodesMax)}]`)).toEqual([
      `[${limits.nodesMax - 2}]: the file has more than ${limits.nodesMax} values`,
    ]);
  });

  it('hold the number of words and marks, and keep the documents before', () => {
    const text = `a: 1\n---\n${'# x\n'.repeat(limits.lexemesMax / 2)}`;
    const { documents, problems } = readDocuments(text);
    expect(problems.map(({ message }) => message)).toEqual([
      `the file has more than ${limits.lexemesMax} words and marks`,
    ]);
    expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }]);
  });

  it('hold the number of aliases', () => {
    expect(problemsOf(`a: &a 1\nb: [${'*a,'.repeat(limits.aliasesMax)}]`)).toEqual([]);
    expect(problemsOf(`a: &a 1\nb: [${'*a,'.repeat(limits.aliasesMax + 5)}]`)).toEqual([
      `b[${limits.aliasesMax}]: the document has more than ${limits.aliasesMax} aliases`,
    ]);
  });

  it('hold a billion laughs', () => {
    const lines = ['a0: &a0 [x]'];
    for (let level = 1; level < 12; level++) lines.push(`a${level}: &a${level} [${`*a${level - 1},`.repeat(9)}]`);
    expect(problemsOf(lines.join('\n'))[0]).toMatch(/more than 100 aliases$/);
  });

  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const tooDeep = `: nested deeper than ${limits.depthMax}; the rest was not read`;

  it('hold the depth of lists and maps in brackets', () => {
    expect(problemsOf(nested(limits.depthMax))).toEqual([]);
    expect(problemsOf(nested(limits.depthMax + 1))).toEqual([tooDeep]);
    expect(problemsOf('{a: '.repeat(100_000))).toEqual([tooDeep]);
  });

  // Each of these ends the process, not only the parse, where the library is let recurse into it.
  it.each(['- ', '? ', ': ', '-\t', '- ? ', 'a: - ', '&a - ', '*a : ', '[]: ', '[?', '- &a ? !b '])(
    'hold the depth of %j said 50000 times',
    (mark) => {
      expect(problemsOf(mark.repeat(50_000))).toEqual([tooDeep]);
    },
  );

  it.each(['a:', '-', '?', '- a:', '"a": &b'])('hold the depth of %j indented line by line', (mark) => {
    const lines = (depth: number): string =>
      Array.from({ length: depth }, (_, level) => ' '.repeat(level) + mark).join('\n');
    expect(problemsOf(lines(2_000))).toEqual([tooDeep]);
    expect(problemsOf(lines(20))).not.toContain(tooDeep);
  });

  it('hold the depth that aliases add', () => {
    expect(problemsOf(`a: &a ${nested(40)}\nb: ${'['.repeat(30)}*a${']'.repeat(30)}`)[0]).toMatch(
      /: nested deeper than 64$/,
    );
  });

  it('let a long list, many documents and deep text in a scalar pass', () => {
    expect(problemsOf('- a: { b: [c] }\n'.repeat(500))).toEqual([]);
    expect(problemsOf('a:\n- b:\n  - c: 1\n---\n'.repeat(100))).toEqual([]);
    expect(problemsOf(`a: |\n${'  - - - [ { ? \n'.repeat(100)}b: "${'- ['.repeat(100)}"\n`)).toEqual([]);
  });

  it('hold the number of violations', () => {
    const fields = Array.from({ length: limits.violationsMax + 7 }, (_, index) => `zz${index}q: 1`).join('\n');
    const violations = violationsOf(`${fields}\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n`);
    expect(violations).toHaveLength(limits.violationsMax + 1);
    expect(violations.at(-1)).toBe(': 7 more violations from here on');
  });
});
