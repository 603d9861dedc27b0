/** Changes of headers by levels; the outcomes were taken from a running Envoy 1.40. */

import type { JsonValue } from '@bufbuild/protobuf';
import { filterDisabled, levelsAbove } from '@weft/data-runtime';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { compileJson, compileRouteJson } from '../testing/kinds.ts';
import type { MutationLevels } from './header-mutation.ts';
import { createHeaderMutationKind } from './kind.ts';

const kind = createHeaderMutationKind();
const add = (key: string, value: string) => ({ append: { header: { key, value } } });
const set = (key: string, value: string) => ({
  append: { header: { key, value }, appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD' },
});
const mutationsOf = (who: string, ...more: object[]) => ({
  requestMutations: [add('x-a', who), set('x-over', who), ...more],
  responseMutations: [set('x-r', who)],
});

function run(config: object, own: unknown, fields: readonly string[] = []) {
  const filter = compileJson(kind, config as JsonValue);
  const exchange = testExchange({ fields });
  exchange.responseFields.push('x-up', '1');
  exchange.filterConfig = () => own;
  filter.onRequest?.(exchange);
  filter.onResponse?.(exchange);
  return exchange;
}

const level = (who: string) => compileRouteJson(kind, { mutations: mutationsOf(who) } as JsonValue) as MutationLevels;
const both = level('route')[levelsAbove](level('vh'));

describe('header_mutation', () => {
  it('does what the listener says, then the route, then its virtual host', () => {
    const config = { mutations: mutationsOf('filter', { remove: 'X-Rm' }) };
    const { request, responseFields } = run(config, both, ['x-rm', '1', 'x-a', 'own']);
    expect(request.fields).toEqual(['x-a', 'own', 'x-a', 'filter', 'x-over', 'vh', 'x-a', 'route', 'x-a', 'vh']);
    expect(responseFields).toEqual(['x-up', '1', 'x-r', 'vh']);
  });

  it('does what the most specific level says last where that shall win', () => {
    const config = { mutations: mutationsOf('filter'), mostSpecificHeaderMutationsWins: true };
    const { request, responseFields } = run(config, both);
    expect(request.header('x-over')).toBe('route');
    expect(responseFields).toEqual(['x-up', '1', 'x-r', 'route']);
  });

  it('reads the request for its values, one change after the other', () => {
    const config = {
      mutations: { requestMutations: [set('x-one', '%REQ(:PATH)%|%REQ(x-in)%'), set('x-two', '%REQ(x-one)%')] },
    };
    const { request } = run(config, undefined, ['x-in', 'I']);
    expect(request.header('x-one')).toBe('/|I');
    expect(request.header('x-two')).toBe('/|I');
  });

  it('does nothing where a route turns it off', () => {
    expect(run({ mutations: mutationsOf('filter') }, filterDisabled).request.fields).toEqual([]);
  });

  it('refuses names that may not be changed', () => {
    for (const key of ['host', ':path', 'content-length']) {
      expect(() => run({ mutations: { requestMutations: [set(key, 'x')] } }, undefined)).toThrow(key);
    }
    expect(() => run({ mutations: { requestMutations: [{}] } }, undefined)).toThrow('neither');
  });
});
