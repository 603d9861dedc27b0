import { expect, it } from 'vitest';
import type { ProxyStatus } from './operator-view.ts';
import { proxyNotices, proxyNoticesMax } from './proxy-notices.ts';

const synced = { state: 'SYNCED', version: '1', error: '' } as const;
const proxy = (id: string, over: object = {}): ProxyStatus =>
  ({ id, stale: false, lastWordAt: '2030-01-01T00:00:00.000Z', types: { CDS: synced, LDS: synced }, ...over }) as never;

it('nothing is said of proxies that are as they should be', () => {
  expect(proxyNotices([proxy('a'), proxy('b')])).toEqual([]);
});

it('a stale one and one that refuses its configuration are named, with the reason', () => {
  const refused = { state: 'ERROR', version: '1', error: 'no such filter' };
  expect(proxyNotices([proxy('a', { stale: true }), proxy('b', { types: { CDS: synced, LDS: refused } })])).toEqual([
    'proxy a is stale: it owes an answer and has said nothing since 2030-01-01T00:00:00.000Z',
    'proxy b refuses its LDS: no such filter',
  ]);
});

it('no more are named than the bound', () => {
  const many = Array.from({ length: proxyNoticesMax + 3 }, (_, at) => proxy(`p${at}`, { stale: true }));
  const said = proxyNotices(many);
  expect(said).toHaveLength(proxyNoticesMax + 1);
  expect(said.at(-1)).toBe('3 more of the kind: weft proxy-status shows all proxies');
});
