/** The index answers as the list would. */

import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { RouteMatchSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Route } from '../tables/route.ts';
import { type CompiledRoute, createIndex, createWalk } from './route-index.ts';
import { compileMatch } from './route-match.ts';
import { request } from './testing/route-fixtures.ts';

function routeOf(match: JsonValue, name: string): CompiledRoute {
  return { ...compileMatch(fromJson(RouteMatchSchema, match), name), route: { name } as Route };
}

const never = () => 0;
const part = fc.constantFrom('a', 'b', 'ab', 'A', '1', '');
const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join('/')}`);
const bare = path.map((text) => text.replace(/\/+/g, '/').replace(/(.)\/$/, '$1')).filter((text) => text !== '/');
const flags = fc.record({ case_sensitive: fc.boolean() });
const match = fc.oneof(
  fc.tuple(path, flags).map(([prefix, more]) => ({ prefix, ...more })),
  fc.tuple(path, flags).map(([exact, more]) => ({ path: exact, ...more })),
  fc.tuple(bare, flags).map(([prefix, more]) => ({ path_separated_prefix: prefix, ...more })),
  fc.tuple(path, fc.constantFrom('', '.*', '?', '*', '+', '{0,1}', '|/a', '/[ab]+')).map(([head, tail]) => ({
    safe_regex: { regex: head + tail },
  })),
  path.map((prefix) => ({ prefix, headers: [{ name: 'x', present_match: true }] })),
);

describe('the index of a list of routes', () => {
  it('finds the first route that takes a path, whatever the list', () => {
    fc.assert(
      fc.property(
        fc.array(match, { maxLength: 40 }),
        fc.array(path, { minLength: 1, maxLength: 10 }),
        (matches, paths) => {
          const routes = matches.map((each, index) => routeOf(each as JsonValue, String(index)));
          const walk = createWalk(routes);
          const index = createIndex(routes);
          for (const text of paths) {
            const asked = request(`GET a${text}`, text.includes('b') ? { x: '1' } : {});
            expect(index(text, asked, undefined, never)?.name).toBe(walk(text, asked, undefined, never)?.name);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('asks few of many routes', () => {
    let asked = 0;
    const routes = Array.from({ length: 5_000 }, (_, index) => {
      const route = routeOf({ prefix: `/service-${index}/${'x'.repeat(index % 40)}` }, String(index));
      const test = route.path.test;
      const counted = (text: string): boolean => {
        asked += 1;
        return test?.(text) ?? true;
      };
      return { ...route, path: { ...route.path, test: counted } };
    });
    const index = createIndex(routes);
    const target = `/service-4321/${'x'.repeat(4_321 % 40)}/y`;
    expect(index(target, request(`GET a${target}`), undefined, never)?.name).toBe('4321');
    expect(asked).toBeLessThan(20);
  });
});
