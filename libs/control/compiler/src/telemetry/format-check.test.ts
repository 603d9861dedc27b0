import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandOperators, formatProblem, labelsProblem } from './format-check.ts';

const page = new URL('../../../../../docs/reference/envoy-api.md', import.meta.url);

describe('a format that proxies can read', () => {
  it('has the operators that our sidecar has', () => {
    const line = /^## Command operators\n[\s\S]*?\n(`%[^\n]*)\n/m.exec(readFileSync(page, 'utf8'))?.[1] ?? '';
    expect([...commandOperators].sort()).toEqual(line.match(/[A-Z0-9_]+/g)?.sort());
  });

  it.each([
    '',
    'no operator, 100%% sure',
    '%START_TIME(%Y-%m-%dT%H:%M:%S%z)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH):32%\n',
    '%DYNAMIC_METADATA(istio.authn:request.principal)%',
  ])('%j', (format) => {
    expect(formatProblem(format)).toBeUndefined();
  });

  it.each([
    ['%CEL(request.path)%', '%CEL% is not known'],
    ['100% sure', 'no operator begins at "% sure"'],
    ['%REQ%', '%REQ% needs a name'],
    ['%PROTOCOL', 'no operator begins at "%PROTOCOL"'],
    ['x'.repeat(65_537), 'it is longer than 65536 characters'],
  ])('is not %j', (format, problem) => {
    expect(formatProblem(format)).toBe(problem);
  });

  it('is asked for in every text of a JSON value, to a depth', () => {
    expect(labelsProblem({ a: [1, true, null, { b: '%PROTOCOL%' }] })).toBeUndefined();
    expect(labelsProblem({ a: [{ b: '%NOPE%' }] })).toBe('%NOPE% is not known');
    const deep = JSON.parse(`${'['.repeat(17)}1${']'.repeat(17)}`);
    expect(labelsProblem(deep)).toBe('it is deeper than 16');
  });
});
