/** Which virtual host takes an authority. */

import { describe, expect, it } from 'vitest';
import { refusal, request, tableOf } from './testing/route-fixtures.ts';

const host = (name: string, domains: readonly string[]) => ({
  name,
  domains: [...domains],
  routes: [{ name, match: { prefix: '/' }, route: { cluster: 'a' } }],
});

describe('the domain of a request', () => {
  const table = tableOf([
    host('exact', ['shop.test', 'Payment.Shop:8080']),
    host('suffix', ['*.shop.test']),
    host('longer-suffix', ['*.pay.shop.test', '*-x.shop.test']),
    host('prefix', ['shop.*']),
    host('longer-prefix', ['shop.other.*']),
    host('any', ['*']),
  ]);

  it.each([
    ['shop.test', 'exact'],
    ['payment.shop:8080', 'exact'],
    ['payment.shop', 'any'],
    ['payment.shop:80', 'any'],
    ['a.shop.test', 'suffix'],
    ['a.b.shop.test', 'suffix'],
    ['.shop.test', 'any'],
    ['a.pay.shop.test', 'longer-suffix'],
    ['a-x.shop.test', 'longer-suffix'],
    ['a.shop.test:80', 'any'],
    ['shop.example', 'prefix'],
    ['shop.other.example', 'longer-prefix'],
    ['shop.', 'any'],
    ['nothing', 'any'],
    ['', 'any'],
  ])('%j is taken by %s', (authority, expected) => {
    expect(table.virtualHostOf(authority)?.name).toBe(expected);
  });

  it('is compared without its port where the configuration says so', () => {
    const bare = tableOf([host('h', ['shop.test', '[::1]'])], { ignore_port_in_host_matching: true });
    expect(bare.virtualHostOf('shop.test:8080')?.name).toBe('h');
    expect(bare.virtualHostOf('[::1]:80')?.name).toBe('h');
    expect(bare.virtualHostOf('shop.tests:8080')).toBeUndefined();
  });

  it('says where it is from', () => {
    const weft = { resource: 'VirtualService shop/a', file: 'mesh/a.yaml', line: 7, rule: 'hosts[0]' };
    const from = tableOf([{ ...host('h', ['a']), metadata: { filter_metadata: { weft } } }]).virtualHostOf('a');
    expect(from).toMatchObject({ name: 'h', from: weft });
  });

  it('is nothing without a domain that takes it', () => {
    const few = tableOf([host('h', ['a'])]);
    expect(few.match(request('GET b/'))).toBeUndefined();
    expect(few.virtualHostOf('b')).toBeUndefined();
  });

  it.each([
    [[host('x', ['a']), host('y', ['A'])], 'domain "A" is claimed twice'],
    [[host('x', ['*', '*'])], 'domain "*" is claimed twice'],
    [[host('x', ['a*b'])], 'domain "a*b" is not valid'],
    [[host('x', [])], 'domains is empty'],
    [[host('x', ['a']), host('x', ['b'])], 'virtual host x stands twice'],
  ])('refuses what two could claim', (hosts, message) => {
    expect(refusal(() => tableOf(hosts))).toContain(message);
  });
});
