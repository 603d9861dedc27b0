import { kindNames } from '@weft/model';
import { expect, test } from 'vitest';
import { CliFailure } from './failure.ts';
import { toKind } from './kind-names.ts';

test.each([
  ['VirtualService', 'VirtualService'],
  ['virtualservices', 'VirtualService'],
  ['vs', 'VirtualService'],
  ['authorizationpolicies', 'AuthorizationPolicy'],
  ['PeerAuthentication', 'PeerAuthentication'],
  ['serviceentries', 'ServiceEntry'],
  ['gateways', 'Gateway'],
  ['gateways.gateway.networking.k8s.io', 'Gateway.gateway.networking.k8s.io'],
  ['HTTPRoute.policy.linkerd.io', 'HTTPRoute.policy.linkerd.io'],
])('%s is %s', (text, kind) => {
  expect(toKind(text)).toBe(kind);
});

test('each kind is known by its own name', () => {
  for (const kind of kindNames) expect(toKind(kind)).toBe(kind);
});

test('what is none is refused, with those that there are', () => {
  expect(() => toKind('thing')).toThrow(CliFailure);
  expect(() => toKind('thing')).toThrow('"thing" is not a kind of this version; there are AuthorizationPolicy, ');
});
