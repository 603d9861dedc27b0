import { describe, expect, it } from 'vitest';
import { compareByAge } from './age.ts';
import { parseDuration } from './duration.ts';
import { hostAliases, resolveHost } from './hosts.ts';

describe('a host', () => {
  it.each([
    ['payment', 'payment.shop.svc.cluster.local'],
    ['payment.shop', 'payment.shop'],
    ['payment.shop.svc.cluster.local', 'payment.shop.svc.cluster.local'],
    ['*', '*'],
    ['*-x', '*-x'],
    ['10.0.0.1', '10.0.0.1'],
    ['::1', '::1'],
    ['', ''],
  ])('%j resolves to %j', (host, expected) => {
    expect(resolveHost(host, 'shop', 'cluster.local')).toBe(expected);
  });

  it('is found under every dotted form', () => {
    expect(hostAliases('payment', 'shop', 'cluster.local')).toEqual([
      'payment.shop.svc.cluster.local',
      'payment.shop.svc',
      'payment.shop',
    ]);
  });
});

describe('age', () => {
  const aged = (creationTimestamp: string, name: string, namespace: string) => ({ creationTimestamp, name, namespace });

  it('compares timestamp, then name, then namespace; no timestamp is oldest', () => {
    const sorted = [
      aged('', 'a', 'a'),
      aged('', 'a', 'b'),
      aged('', 'b', 'a'),
      aged('2026-01-01T00:00:00+02:00', 'z', 'z'),
      aged('2026-01-01T00:00:00Z', 'a', 'a'),
    ];
    expect([...sorted].reverse().sort(compareByAge)).toEqual(sorted);
    expect(compareByAge(aged('', 'a', 'a'), aged('', 'a', 'a'))).toBe(0);
  });
});

describe('a duration', () => {
  it.each([
    ['1.5s', 1_500],
    ['100ms', 100],
    ['1m30s', 90_000],
    ['1h', 3_600_000],
    ['2.5h', 9_000_000],
    ['.5s', 500],
    ['1.s', 1_000],
    ['0', 0],
    ['0s', 0],
    ['-1.5s', -1_500],
    ['+1s', 1_000],
    ['1us', 0.001],
    ['1µs', 0.001],
    ['1500000ns', 1.5],
    ['0.1s', 100],
  ])('%j is %d ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each(['', 's', '1', '1x', '1 s', 'banana', '1s ', '--1s', '1e3s', '1d', '.s', `${'1s'.repeat(40)}`])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});
