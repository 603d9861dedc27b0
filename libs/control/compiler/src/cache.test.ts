import { create } from '@bufbuild/protobuf';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { describe, expect, it } from 'vitest';
import { type Bundle, bundlesMax, createCompileCache, type Draft } from './cache.ts';

const bundle = (scope: string, input: unknown, looked: string[]): Bundle<'cluster'> => ({
  type: 'cluster',
  scope,
  inputs: [input],
  drafts() {
    looked.push(scope);
    const build = () => ({ message: create(ClusterSchema, { name: 'a' }) });
    return [{ type: 'cluster', name: 'a', scope, inputs: [], build }];
  },
});

it('looks through a bundle again only when an input is another object', () => {
  const cache = createCompileCache(10);
  const looked: string[] = [];
  const input = {};
  const first = cache.all(bundle('x', input, looked));
  expect(cache.all(bundle('x', input, looked))).toBe(first);
  expect(looked).toEqual(['x']);
  cache.all(bundle('x', {}, looked));
  expect(looked).toEqual(['x', 'x']);
  expect(cache.counts().cluster).toBe(1);
});

it('keeps as many bundles as its bound, and makes the others right each time', () => {
  const cache = createCompileCache(10);
  const looked: string[] = [];
  for (let scope = 0; scope <= bundlesMax; scope += 1) cache.all(bundle(`${scope}`, undefined, looked));
  cache.all(bundle(`${bundlesMax}`, undefined, looked));
  expect(looked.length).toBe(bundlesMax + 1);
  expect([...cache.all(bundle('0', undefined, looked)).keys()]).toEqual(['a']);
  expect(looked.at(-1)).toBe('0');
});

describe('a draft', () => {
  const draft = (scope: string, built: string[], name = 'a'): Draft<'cluster'> => ({
    type: 'cluster',
    name,
    scope,
    inputs: [],
    build() {
      built.push(`${scope}/${name}`);
      return { message: create(ClusterSchema, { name: scope + name }) };
    },
  });

  it('is built again once its scope is forgotten, those of others are not', () => {
    const cache = createCompileCache(10);
    const built: string[] = [];
    for (const scope of ['x', 'y']) for (const name of ['a', 'b']) cache.get(draft(scope, built, name));
    cache.forget('x');
    cache.forget('nobody');
    for (const scope of ['x', 'y']) for (const name of ['a', 'b']) cache.get(draft(scope, built, name));
    expect(built).toEqual(['x/a', 'x/b', 'y/a', 'y/b', 'x/a', 'x/b']);
  });

  it('of a scope that is forgotten makes place for others', () => {
    const cache = createCompileCache(2);
    const built: string[] = [];
    for (const scope of ['x', 'y']) cache.get(draft(scope, built));
    cache.forget('y');
    for (const scope of ['z', 'x']) cache.get(draft(scope, built));
    expect(built).toEqual(['x/a', 'y/a', 'z/a']);
    cache.get(draft('w', built));
    cache.get(draft('z', built));
    expect(built).toEqual(['x/a', 'y/a', 'z/a', 'w/a', 'z/a']);
  });
});
