/** `/tap` streams until its reader goes away. */

import { createTapHub } from '@weft/data-filters';
import { SmallMap } from '@weft/data-runtime';
import { createMetricRegistry } from '@weft/telemetry';
import { afterEach, expect, it } from 'vitest';
import type { AdminView } from './admin-view.ts';
import { tapPage } from './pages/tap.ts';
import { createSideServer, type SideServer } from './side-server.ts';

let server: SideServer | undefined;
afterEach(() => server?.stop());

const exchange = {
  kept: {},
  state: new SmallMap(),
  request: { method: 'GET', path: '/orders', fields: [], header: () => undefined },
  connection: { direction: 'inbound', peerUri: undefined, peerCertificate: () => undefined },
  flag: '-',
  details: '',
  reason: '',
  status: 503,
  startedAtMs: 0,
  durationMs: 1,
  bytesSent: 0,
  bytesReceived: 0,
  attempts: 0,
  upstreamProtocol: '',
  downstreamAddress: '',
};

async function tapped(query: string) {
  const tap = createTapHub({ registry: createMetricRegistry() });
  const view = { tap } as unknown as AdminView;
  const started = createSideServer('--admin', { host: '127.0.0.1', port: 0 }, (request) => tapPage(view, request));
  server = started;
  await started.start();
  const abort = new AbortController();
  const answer = await fetch(`http://${started.address()}/tap${query}`, { signal: abort.signal });
  return { tap, answer, abort };
}

it('shows what is asked for, as it happens', async () => {
  const { tap, answer, abort } = await tapped('?path=/orders&status=5xx');
  const reader = answer.body?.getReader();
  tap.offer({ ...exchange, status: 200 } as never);
  tap.offer(exchange as never);
  const { value } = (await reader?.read()) ?? {};
  expect(JSON.parse(Buffer.from(value ?? []).toString())).toMatchObject({ path: '/orders', status: 503 });
  const ended = new Promise<void>((resolve) => {
    const look = (): void => (tap.taps === 0 ? resolve() : void setImmediate(look));
    look();
  });
  abort.abort();
  await ended;
  expect(tap.taps).toBe(0);
});

it('says what is wrong with its query', async () => {
  const { answer } = await tapped('?nope=1');
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('?nope= is not known')]);
});
