/** Linkerd's names of identities, asked of the SPIFFE ids of this mesh. */

import { describe, expect, it } from 'vitest';
import { ofIdentity } from './identities.ts';

/** What RBAC would say of a certificate with this one name; regexes are whole, as Envoy's. */
function matches(identity: string, name: string, domains = ['cluster.local']): boolean {
  return ofIdentity(identity, domains).some(({ identifier }) => {
    if (identifier?.case !== 'authenticated') throw new Error('not here');
    const pattern = identifier.value.principalName?.matchPattern;
    if (pattern?.case === 'exact') return pattern.value === name;
    if (pattern?.case === 'prefix') return name.startsWith(pattern.value ?? '');
    if (pattern?.case === 'safeRegex') return new RegExp(`^(?:${pattern.value?.regex ?? ''})$`).test(name);
    throw new Error(`a pattern ${pattern?.case}`);
  });
}

const order = 'spiffe://cluster.local/ns/shop/sa/order';

describe('an identity', () => {
  it.each([
    ['*', order, true],
    ['*', 'CN=somebody', false],
    ['order.shop.serviceaccount.identity.linkerd.cluster.local', order, true],
    ['order.shop.serviceaccount.identity.other-linkerd.cluster.local', order, true],
    ['order.web.serviceaccount.identity.linkerd.cluster.local', order, false],
    ['order.shop.serviceaccount.identity.linkerd.other.example', order, false],
    ['order.shop.serviceaccount.identity.linkerd.other.example', 'spiffe://other.example/ns/shop/sa/order', true],
    ['*.shop.serviceaccount.identity.linkerd.cluster.local', order, true],
    ['*.shop.serviceaccount.identity.linkerd.cluster.local', 'spiffe://cluster.local/ns/web/sa/order', false],
    ['*.hop.serviceaccount.identity.linkerd.cluster.local', order, false],
    ['*.v2.shop.serviceaccount.identity.linkerd.cluster.local', 'spiffe://cluster.local/ns/shop/sa/order.v2', true],
    ['*.v2.shop.serviceaccount.identity.linkerd.cluster.local', order, false],
    ['*.serviceaccount.identity.linkerd.cluster.local', order, true],
    ['*.identity.linkerd.cluster.local', order, true],
    ['*.linkerd.cluster.local', order, false],
    ['*.shop.cluster.local', order, false],
    ['*.svc.cluster.local', order, false],
    ['*.svc.cluster.local', 'order.shop.svc.cluster.local', true],
    ['*.linkerd.example', order, false],
    ['*.cluster.local', order, true],
    ['*.local', order, true],
    ['*.example.com', order, false],
    ['*.example.com', 'spiffe://cluster.local/ns/shop/sa/order.example.com', false],
    ['*.example.com', 'api.example.com', true],
    ['api.example.com', 'api.example.com', true],
    [order, order, true],
    [`${order}s`, order, false],
  ])('%s of %s: %s', (identity, name, held) => {
    expect(matches(identity, name)).toBe(held);
  });

  it('is of every alias of the trust domain', () => {
    const name = 'order.shop.serviceaccount.identity.linkerd.cluster.local';
    expect(matches(name, 'spiffe://new.example/ns/shop/sa/order', ['new.example', 'old.example'])).toBe(true);
    expect(matches(name, 'spiffe://old.example/ns/shop/sa/order', ['new.example', 'old.example'])).toBe(true);
    expect(
      matches('*.shop.serviceaccount.identity.linkerd.old.example', 'spiffe://new.example/ns/shop/sa/order', [
        'new.example',
        'old.example',
      ]),
    ).toBe(true);
  });
});
