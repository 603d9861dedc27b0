import { describe, expect, it } from 'vitest';
import type { ServiceShape } from '../scope/service-shape.ts';
import { createDomainClaims, serviceDomains, shorterNames, writtenHost } from './domains.ts';

const service = (host: string, extra: Partial<ServiceShape> = {}): ServiceShape =>
  ({ host, headless: false, addresses: [], ...extra }) as ServiceShape;

describe('shorter names', () => {
  it.each([
    ['pay.shop.svc.cluster.local', 'shop', ['pay', 'pay.shop.svc', 'pay.shop']],
    ['pay.shop.svc.cluster.local', 'other', ['pay.shop', 'pay.shop.svc']],
    ['pod-0.pay.shop.svc.cluster.local', 'shop', ['pod-0.pay.shop', 'pod-0.pay.shop.svc']],
    ['pay.svc.cluster.local', 'shop', []],
    ['api.example.com', 'shop', []],
  ])('of %s for namespace %s', (host, namespace, expected) => {
    expect(shorterNames(host, namespace, 'cluster.local')).toEqual(expected);
  });
});

describe('domains of a service', () => {
  it('have its own addresses, one by one, and the endpoints of a headless one', () => {
    expect(
      serviceDomains(
        service('a.b', { headless: true, addresses: ['10.0.0.1', '10.0.0.0/8', '::1', '10.0.0.2/32', '0.0.0.0'] }),
        'n',
        'cluster.local',
      ),
    ).toEqual(['a.b', 'a.b.', '*.a.b', '*.a.b.', '10.0.0.1', '[::1]', '10.0.0.2']);
  });

  it('have the full name with the dot of the root, but for an address', () => {
    const names = (host: string) => serviceDomains(service(host), 'shop', 'cluster.local');
    expect(names('pay.shop.svc.cluster.local').slice(0, 3)).toEqual([
      'pay.shop.svc.cluster.local',
      'pay.shop.svc.cluster.local.',
      'pay',
    ]);
    expect([names('*.example.com'), names('10.0.0.1')]).toEqual([['*.example.com', '*.example.com.'], ['10.0.0.1']]);
  });

  it('go to the first that asks, whatever their case, and a shorter form to nobody whose full name it is not', () => {
    const claims = createDomainClaims(new Set(['pay.shop']));
    expect(claims.claim(['A.b'])).toEqual(['a.b']);
    expect(claims.claim(['a.B', 'c'])).toEqual(['c']);
    expect(claims.claimService(service('pay.shop.svc.x'), ['pay.shop.svc.x', 'pay.shop'])).toEqual(['pay.shop.svc.x']);
    expect(claims.claimService(service('pay.shop'), ['pay.shop'])).toEqual(['pay.shop']);
  });

  it('write IPv6 addresses in brackets once', () => {
    expect([writtenHost('::1'), writtenHost('[::1]'), writtenHost('a')]).toEqual(['[::1]', '[::1]', 'a']);
  });
});
