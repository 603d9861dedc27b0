/** Descriptors of rate limits. */

import type { JsonValue } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { exchange, forwardOf, refusal } from './testing/route-fixtures.ts';

type Json = { readonly [key: string]: JsonValue };
const limit = (...actions: Json[]) => ({ actions });
const generic = (descriptor_value: string) => ({ generic_key: { descriptor_value } });
const exact = (name: string, value: string) => ({ name, string_match: { exact: value } });
const metadata = { key: 'ns', path: [{ key: 'a' }, { key: 'b' }] };

describe('the descriptor of a rate limit', () => {
  const cases: readonly (readonly [string, Json[], readonly string[] | undefined])[] = [
    ['source_cluster', [{ source_cluster: {} }], ['source_cluster', 'tests']],
    ['destination_cluster', [{ destination_cluster: {} }], ['destination_cluster', 'up']],
    ['a header', [{ request_headers: { header_name: 'X-A', descriptor_key: 'k' } }], ['k', '1']],
    ['a missing header', [{ request_headers: { header_name: 'x-z', descriptor_key: 'k' } }, generic('v')], undefined],
    [
      'a missing header that is skipped',
      [{ request_headers: { header_name: 'x-z', descriptor_key: 'k', skip_if_absent: true } }, generic('v')],
      ['generic_key', 'v'],
    ],
    ['the client', [{ remote_address: {} }], ['remote_address', '10.1.2.3']],
    [
      "the client's network",
      [{ masked_remote_address: { v4_prefix_mask_len: 20 } }],
      ['masked_remote_address', '10.1.0.0/20'],
    ],
    ['a key of its own', [{ generic_key: { descriptor_key: 'k', descriptor_value: 'v' } }], ['k', 'v']],
    [
      'headers that match',
      [{ header_value_match: { descriptor_value: 'v', headers: [exact('x-a', '1')] } }],
      ['header_match', 'v'],
    ],
    [
      'headers that do not',
      [{ header_value_match: { descriptor_value: 'v', headers: [exact('x-a', '2')] } }],
      undefined,
    ],
    [
      'headers that must not',
      [
        {
          header_value_match: {
            descriptor_key: 'k',
            descriptor_value: 'v',
            expect_match: false,
            headers: [exact('x-a', '2')],
          },
        },
      ],
      ['k', 'v'],
    ],
    [
      'query parameters that match',
      [{ query_parameter_value_match: { descriptor_value: 'v', query_parameters: [exact('q', '7')] } }],
      ['query_match', 'v'],
    ],
    ['metadata', [{ metadata: { descriptor_key: 'k', metadata_key: metadata } }], ['k', 'm']],
    ['dynamic metadata', [{ dynamic_metadata: { descriptor_key: 'k', metadata_key: metadata } }], ['k', 'm']],
    [
      'a default',
      [{ metadata: { descriptor_key: 'k', metadata_key: { ...metadata, key: 'no' }, default_value: 'd' } }],
      ['k', 'd'],
    ],
    ['missing metadata', [{ metadata: { descriptor_key: 'k', metadata_key: { ...metadata, key: 'no' } } }], undefined],
    ['several entries', [generic('v'), { remote_address: {} }], ['generic_key', 'v', 'remote_address', '10.1.2.3']],
  ];

  it.each(cases)('is made of %s', (_name, actions, expected) => {
    const [rule] = forwardOf({ rate_limits: [limit(...actions)] }).rateLimits;
    const target = { clusterName: 'up' } as never;
    const asked = exchange('GET a/?q=7', ['x-a', '1'], { target, metadata: new Map([['ns', { a: { b: 'm' } }]]) });
    expect(rule?.descriptor(asked)).toEqual(expected);
  });

  it('has a stage and a key that turns it off', () => {
    const [rule] = forwardOf({ rate_limits: [{ ...limit(generic('v')), stage: 3, disable_key: 'off' }] }).rateLimits;
    expect(rule).toMatchObject({ stage: 3 });
  });

  it("joins the virtual host's where the route has none, or asks for them", () => {
    const host = { rate_limits: [limit(generic('host'))] };
    const own = { rate_limits: [limit(generic('own'))] };
    const values = (action: Json) =>
      forwardOf(action, host).rateLimits.map((rule) => rule.descriptor(exchange('GET a/'))?.[1]);
    expect(values({})).toEqual(['host']);
    expect(values(own)).toEqual(['own']);
    expect(values({ ...own, include_vh_rate_limits: true })).toEqual(['own', 'host']);
    const apart = forwardOf(own, host);
    expect([apart.routeRateLimits.length, apart.virtualHostRateLimits.length]).toEqual([1, 1]);
  });

  const refused: readonly (readonly [Json, string])[] = [
    [limit(), 'it has no actions'],
    [{ ...limit(generic('v')), stage: 11 }, 'stage is over 10'],
    [
      { ...limit(generic('v')), limit: { dynamic_metadata: { metadata_key: metadata } } },
      'field limit is not supported',
    ],
    [limit({ extension: { name: 'x' } }), 'action extension is not supported'],
    [
      limit({ metadata: { descriptor_key: 'k', metadata_key: metadata, source: 'ROUTE_ENTRY' } }),
      'only source DYNAMIC',
    ],
    [limit({ masked_remote_address: { v4_prefix_mask_len: 33 } }), 'a mask is too long'],
    [limit(generic('')), 'generic_key has no descriptor_value'],
  ];
  it.each(refused)('refuses %j', (init, message) => {
    expect(refusal(() => forwardOf({ rate_limits: [init] }))).toContain(message);
  });
});
