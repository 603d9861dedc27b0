/** What of the JWT filter's configuration is refused, and what a route may say. */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { PerRouteConfigSchema } from '@weft/xds-messages/envoy/extensions/filters/http/jwt_authn/v3/config';
import { describe, expect, it } from 'vitest';
import { testFilter, testRequest } from './testing/table.ts';
import { jwks } from './testing/tokens.ts';

const provider = { issuer: 'iss', localJwks: { inlineString: jwks } };
const context = { clusterRef: () => ({ current: undefined }) };

describe('the JWT filter', () => {
  const refused: readonly (readonly [string, object])[] = [
    ['local_jwks has no key that can be used', { providers: { p: { localJwks: { inlineString: '{bad' } } } }],
    ['local_jwks has no key that can be used', { providers: { p: { localJwks: { inlineString: '{"keys":[]}' } } } }],
    ['local_jwks.filename is not supported', { providers: { p: { localJwks: { filename: '/f' } } } }],
    ['neither remote_jwks nor local_jwks', { providers: { p: {} } }],
    ['is not valid', { providers: { p: { remoteJwks: { httpUri: { uri: 'k', cluster: 'k', timeout: '1s' } } } } }],
    ['provider q is not known', { providers: { p: provider }, requirementMap: { r: { providerName: 'q' } } }],
    [
      'requirement_name r is not known',
      { providers: { p: provider }, rules: [{ match: { prefix: '/' }, requirementName: 'r' }] },
    ],
  ];
  for (const [problem, config] of refused) {
    it(`refuses by name: ${problem}`, () => {
      expect(() => testFilter(config)).toThrow(problem);
    });
  }

  it('does for a route what its per-route configuration says', () => {
    const { filter, kind } = testFilter({ providers: { p: provider }, requirementMap: { rm: { providerName: 'p' } } });
    const outcomeOf = (own: 'none' | { requirement: string } | { disabled: true }) => {
      const requirementSpecifier =
        own === 'none' || 'disabled' in own
          ? ({ case: 'disabled', value: true } as const)
          : ({ case: 'requirementName', value: own.requirement } as const);
      const message = anyPack(PerRouteConfigSchema, create(PerRouteConfigSchema, { requirementSpecifier }));
      const exchange = testRequest('GET', '/x', []);
      const compiled = own === 'none' ? undefined : kind.compilePerRoute?.(message, context, 'test');
      exchange.filterConfig = () => compiled;
      filter.onRequest?.(exchange);
      return exchange.outcome;
    };
    expect(outcomeOf('none').kind).toBe('none');
    expect(outcomeOf({ disabled: true }).kind).toBe('none');
    expect(outcomeOf({ requirement: 'rm' })).toMatchObject({ status: 401, body: 'Jwt is missing' });
    expect(outcomeOf({ requirement: 'nope' })).toMatchObject({
      status: 403,
      body: 'Failed JWT authentication: Wrong requirement_name: nope. It should be one of [rm]',
      details: 'jwt_authn_access_denied{Wrong_requirement_name:_nope._It_should_be_one_of_[rm]}',
    });
  });

  it('notes the status of a failed token where it is asked for', () => {
    const requires = { requiresAny: { requirements: [{ providerName: 'p' }, { allowMissingOrFailed: {} }] } };
    const providers = { p: { ...provider, failedStatusInMetadata: 'fs' } };
    const { filter } = testFilter({ providers, rules: [{ match: { prefix: '/' }, requires }] });
    const exchange = testRequest('GET', '/x', ['authorization: Bearer abc']);
    expect(filter.onRequest?.(exchange)).toBe(true);
    expect(exchange.metadata?.get('envoy.filters.http.jwt_authn')?.['fs']).toMatchObject({ code: 4 });
  });
});
