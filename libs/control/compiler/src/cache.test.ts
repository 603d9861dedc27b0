import { create } from '@bufbuild/protobuf';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { expect, it } from 'vitest';
import { type Bundle, bundlesMax, createCompileCache } from './cache.ts';

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
