import { describe, expect, test } from 'vitest';
import { formatSpiffeId, nameLengthMax, parseSpiffeId, spiffeIdLengthMax, trustDomainLengthMax } from './spiffe-id.ts';

describe('SPIFFE identities', () => {
  test('an identity is read and written back as it was', () => {
    const uri = 'spiffe://cluster.local/ns/shop/sa/payment';
    const id = parseSpiffeId(uri);
    expect(id).toEqual({ trustDomain: 'cluster.local', namespace: 'shop', serviceAccount: 'payment' });
    expect(id && formatSpiffeId(id)).toBe(uri);
  });

  test.each([
    '',
    'https://cluster.local/ns/shop/sa/payment',
    'spiffe://cluster.local',
    'spiffe:///ns/shop/sa/payment',
    'spiffe://cluster.local/ns/shop/sa/',
    'spiffe://cluster.local/ns/shop/sa/payment/',
    'spiffe://cluster.local/ns/shop/sa/payment/more',
    'spiffe://cluster.local/NS/shop/sa/payment',
    'spiffe://Cluster.local/ns/shop/sa/payment',
    'spiffe://cluster.local:80/ns/shop/sa/payment',
    'spiffe://cluster.local/ns/../sa/payment',
    'spiffe://cluster.local/ns/shop/sa/pay%6dent',
    'spiffe://cluster.local/ns/shop/sa/payment?x',
    'spiffe://cluster.local/ns/shop/sa/payment\n',
  ])('%j is not an identity', (text) => {
    expect(parseSpiffeId(text)).toBeUndefined();
  });

  test('every part has a bound', () => {
    const at = (trustDomain: string, name: string) => parseSpiffeId(`spiffe://${trustDomain}/ns/${name}/sa/x`);
    expect(at('d'.repeat(trustDomainLengthMax), 'n'.repeat(nameLengthMax))).toBeDefined();
    expect(at('d'.repeat(trustDomainLengthMax + 1), 'n')).toBeUndefined();
    expect(at('d', 'n'.repeat(nameLengthMax + 1))).toBeUndefined();
    expect(parseSpiffeId(`spiffe://d/ns/n/sa/${'a'.repeat(spiffeIdLengthMax)}`)).toBeUndefined();
  });
});
