/** Requests over HTTP/2 connections to a server that is not ours. */

import { once } from 'node:events';
import {
  createServer,
  type Http2Server,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { testEndpoint } from '@weft/data-runtime/testing';
import { createManualClock, type ManualClock } from '@weft/kernel';
import { createClientTls } from '@weft/tls';
import { afterEach, describe, expect, it } from 'vitest';
import { createDialer } from '../dial.ts';
import { FlushQueue } from '../flush-queue.ts';
import { createUpstreamPools, sweepPeriodMs } from '../pools.ts';
import { outgoing, RecordingClient } from '../testing/recording-client.ts';
import { type TestClusterChanges, testCluster } from '../testing/test-cluster.ts';
import type { AcquireOptions, OutgoingHead, UpstreamPools } from '../upstream-stream.ts';

const options: AcquireOptions = {
  protocol: 'HTTP/2',
  priority: 'default',
  exclusive: false,
  authority: '',
  proxyHeader: undefined,
};

const servers: Http2Server[] = [];
const opened: UpstreamPools[] = [];
const sessions: Http2Session[] = [];

afterEach(() => {
  for (const pools of opened.splice(0)) pools.close();
  for (const session of sessions.splice(0)) session.destroy();
  for (const server of servers.splice(0)) server.close();
});

type OnStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

interface Rig {
  readonly clock: ManualClock;
  readonly pools: UpstreamPools;
  readonly sessions: Http2Session[];
  request(head?: Partial<OutgoingHead>, body?: string, end?: boolean): RecordingClient;
  /** A stream on which nothing is sent yet. */
  lend(): RecordingClient;
  used(): unknown;
  stats(): ReturnType<UpstreamPools['stats']>;
}

async function setUp(onStream: OnStream, changes: TestClusterChanges = {}, settings = {}): Promise<Rig> {
  const server = createServer({ settings });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    onStream(stream, headers);
  });
  const mine: Http2Session[] = [];
  server.on('session', (session) => {
    session.on('error', () => {});
    mine.push(session);
    sessions.push(session);
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const clock = createManualClock();
  const dialer = createDialer({ clock, tls: createClientTls(() => undefined), trustDomain: 'cluster.local' });
  const endpoint = testEndpoint({ port: (server.address() as AddressInfo).port });
  const http = { protocol: 'http2' as const, ...changes.http };
  const cluster = testCluster({ ...changes, http, endpoints: [endpoint] });
  const pools = createUpstreamPools({ clock, dialer, flushes: new FlushQueue(clock) });
  opened.push(pools);
  return {
    clock,
    pools,
    sessions: mine,
    request(head = {}, body = '', end = true) {
      const bytes = Buffer.from(body, 'latin1');
      const client = new RecordingClient((stream) => void stream.send(outgoing(head), bytes, 0, bytes.length, end));
      pools.acquire(cluster, endpoint, client, options);
      return client;
    },
    lend() {
      const client = new RecordingClient();
      pools.acquire(cluster, endpoint, client, options);
      return client;
    },
    used: () => [endpoint.active, cluster.breakers.default.used],
    stats: () => pools.stats(cluster),
  };
}

const echo: OnStream = (stream, headers) => {
  stream.respond({ ':status': 200, 'x-path': headers[':path'] });
  stream.pipe(stream);
};

const turn = (): Promise<void> => new Promise(setImmediate);

/** All that either end has sent so far has come to the other: the answer to a PING comes behind it, and what it caused behind the next one's. */
async function settle({ sessions: mine }: Rig): Promise<void> {
  while (mine.length === 0) await turn();
  for (const session of [...mine, ...mine]) {
    if (session.destroyed) continue;
    await new Promise<void>((resolve) => {
      if (!session.ping(() => resolve())) resolve();
    });
  }
}

const unused = [0, { connections: 1, pending: 0, requests: 0, retries: 0 }];

describe('requests over HTTP/2', () => {
  it('share one connection, which the first of them opens', async () => {
    const rig = await setUp(echo);
    const clients = Array.from({ length: 20 }, (_, i) =>
      rig.request({ method: 'POST', target: `/${i}`, fields: ['content-length', '3'] }, 'abc'),
    );
    await Promise.all(clients.map((client) => client.over()));
    expect(clients.map((client) => client.head?.header('x-path'))).toEqual(clients.map((_, i) => `/${i}`));
    expect(clients.map((client) => client.body)).toEqual(clients.map(() => 'abc'));
    expect(clients[0]?.stream?.protocol).toBe('HTTP/2');
    expect([clients[0]?.stream?.reused, clients[1]?.stream?.reused]).toEqual([false, true]);
    expect(rig.sessions.length).toBe(1);
    expect(rig.used()).toEqual(unused);
  });

  it('carry bodies, interim heads and trailers both ways', async () => {
    let got = '';
    const rig = await setUp((stream) => {
      stream.additionalHeaders({ ':status': 103 });
      stream.on('trailers', (headers) => {
        got = String(headers['x-sum']);
        stream.respond({ ':status': 200 }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        stream.end('done');
      });
      stream.resume();
    });
    const client = rig.request({ method: 'POST' }, 'first', false);
    await client.until((told) => told.includes('inform 103'));
    client.stream?.body(Buffer.from('second'), 0, 6, false);
    client.stream?.trailers(['x-sum', '11']);
    await client.over();
    expect(got).toBe('11');
    expect(client.told.slice(1)).toEqual(['inform 103', 'head 200', 'body done', 'trailers grpc-status,0', 'end']);
  });

  it('bring the introduction once for each connection, as fields, where it is secured', async () => {
    const seen: unknown[] = [];
    const rig = await setUp((stream, headers) => {
      seen.push(headers['x-peer']);
      stream.respond({ ':status': 204 }, { endStream: true });
    });
    await rig.request({ introduction: 'x-peer: me\r\n' }).over();
    expect(seen).toEqual([undefined]);
  });

  it('wait for room of the peer, and get it when a stream ends', async () => {
    const waiting: ServerHttp2Stream[] = [];
    const rig = await setUp(
      (stream) => void waiting.push(stream),
      { breaker: { connectionsMax: 1 } },
      { maxConcurrentStreams: 1 },
    );
    const first = rig.request();
    await first.until(() => first.stream !== undefined);
    await settle(rig);
    const second = rig.request();
    const third = rig.request();
    expect([second.stream, third.stream]).toEqual([undefined, undefined]);
    waiting[0]?.respond({ ':status': 204 }, { endStream: true });
    await first.over();
    await second.until((told) => told.includes('ready'));
    second.stream?.reset();
    await third.until((told) => told.includes('ready'));
    expect(rig.sessions.length).toBe(1);
  });

  it('open another connection when the one has as many streams as it is given', async () => {
    const rig = await setUp(() => {}, { http: { streamsMax: 2 } });
    const clients = Array.from({ length: 5 }, () => rig.request());
    await Promise.all(clients.map((client) => client.until((told) => told.includes('ready'))));
    expect(rig.stats()).toEqual({ connections: 3, active: 5 });
  });

  it('fail past the bound of requests', async () => {
    const rig = await setUp(() => {}, { breaker: { requestsMax: 2 } });
    const clients = Array.from({ length: 3 }, () => rig.request());
    await clients[2]?.over();
    expect(clients[2]?.told).toEqual(['failed upstream_overflow overflow overflow']);
    await settle(rig);
    expect(rig.request().told).toEqual(['failed upstream_overflow overflow overflow']);
  });

  it('are reset by themselves, and say so to the peer', async () => {
    const codes: number[] = [];
    const rig = await setUp((stream) => {
      if (codes.length > 0) stream.respond({ ':status': 204 }, { endStream: true });
      stream.on('close', () => void codes.push(stream.rstCode));
    });
    const client = rig.request({ method: 'POST' }, 'a', false);
    await client.until((told) => told.includes('ready'));
    await settle(rig);
    client.stream?.reset();
    client.stream?.reset();
    await settle(rig);
    expect([client.told, codes]).toEqual([['ready'], [8]]);
    expect(rig.used()).toEqual(unused);
    const next = rig.request();
    await next.over();
    expect(next.told.at(-1)).toBe('end');
  });

  it.each([
    [7, 'reset upstream_closed remote_refused_stream_reset unprocessed'],
    [2, 'reset upstream_closed remote_reset'],
  ])('reset by the peer with %i are told apart', async (code, told) => {
    const rig = await setUp((stream) => stream.close(code));
    const client = rig.request();
    await client.over();
    expect(client.told.at(-1)).toBe(told);
    expect(rig.used()).toEqual(unused);
  });

  it('whose answer comes before they are whole are given up in order', async () => {
    const rig = await setUp((stream) => {
      stream.respond({ ':status': 413 }, { endStream: true });
    });
    const client = rig.request({ method: 'POST' }, 'a', false);
    await client.over();
    expect(client.told.slice(-2)).toEqual(['head 413', 'end']);
    expect(client.stream?.body(Buffer.from('b'), 0, 1, true)).toBe(true);
    expect(rig.used()).toEqual(unused);
  });

  it('are held back by the window of a reader that pauses, while others go on', async () => {
    const rig = await setUp((stream, headers) => {
      stream.respond({ ':status': 200 });
      stream.end(Buffer.alloc(headers[':path'] === '/big' ? 4_194_304 : 10, 'x'));
    });
    const slow = rig.request({ target: '/big' });
    await slow.until((told) => told.includes('head 200'));
    slow.stream?.pause();
    const quick = rig.request({ target: '/small' });
    await quick.over();
    expect(quick.body.length).toBe(10);
    expect(slow.told.at(-1)).not.toBe('end');
    slow.stream?.resume();
    await slow.over();
    expect(slow.body.length).toBe(4_194_304);
  });
});

describe('an HTTP/2 connection', () => {
  it('that says GOAWAY finishes what it has; the next request gets another', async () => {
    const streams: ServerHttp2Stream[] = [];
    const rig = await setUp((stream) => void streams.push(stream));
    const first = rig.request();
    await first.until((told) => told.includes('ready'));
    await settle(rig);
    rig.sessions[0]?.close();
    // GOAWAY goes before it.
    streams[0]?.respond({ ':status': 200 });
    await first.until((told) => told.includes('head 200'));
    const second = rig.request();
    await second.until((told) => told.includes('ready'));
    while (streams.length < 2) await turn();
    expect(rig.sessions.length).toBe(2);
    streams[0]?.end();
    streams[1]?.respond({ ':status': 204 }, { endStream: true });
    await Promise.all([first.over(), second.over()]);
    expect([first.told.at(-1), second.told.at(-1)]).toEqual(['end', 'end']);
    while (rig.stats().connections > 1) await turn();
    expect(rig.stats()).toEqual({ connections: 1, active: 0 });
  });

  it.each([
    ['says GOAWAY', (session: Http2Session | undefined) => session?.close()],
    ['breaks', (session: Http2Session | undefined) => session?.destroy()],
  ])('that %s before a request was sent says that it may be sent again', async (_what, end) => {
    const streams: ServerHttp2Stream[] = [];
    const rig = await setUp((stream) => void streams.push(stream));
    const busy = rig.request();
    await busy.until((told) => told.includes('ready'));
    await settle(rig);
    const late = rig.lend();
    end(rig.sessions[0]);
    // GOAWAY goes before it.
    if (streams[0]?.destroyed === false) streams[0].respond({ ':status': 204 }, { endStream: true });
    await busy.over();
    late.stream?.send(outgoing(), undefined, 0, 0, true);
    expect(late.told.at(-1)).toMatch(/^reset upstream_closed remote_refused_stream_reset unprocessed/);
  });

  it('that breaks fails its requests and only those', async () => {
    const rig = await setUp(() => {});
    const client = rig.request();
    await client.until((told) => told.includes('ready'));
    await settle(rig);
    rig.sessions[0]?.destroy();
    await client.over();
    expect(client.told.at(-1)).toMatch(/^reset upstream_closed connection_termination/);
    expect(rig.stats()).toEqual({ connections: 0, active: 0 });
    const next = rig.request();
    await next.until((told) => told.includes('ready'));
    expect(next.stream?.reused).toBe(false);
  });

  it('closes when it was idle for its time', async () => {
    const rig = await setUp(echo, { limits: { idleTimeoutMs: 5_000 } });
    await rig.request().over();
    rig.clock.advance(4_000);
    expect(rig.stats()).toEqual({ connections: 1, active: 0 });
    rig.clock.advance(1_000 + sweepPeriodMs);
    expect(rig.stats()).toEqual({ connections: 0, active: 0 });
    const [session] = rig.sessions;
    if (session?.closed === false) await once(session, 'close');
    expect(session?.closed).toBe(true);
  });

  it('closes after its number of requests, and after its time', async () => {
    const rig = await setUp(echo, { limits: { requestsPerConnectionMax: 2, connectionDurationMaxMs: 10_000 } });
    for (let i = 0; i < 4; i += 1) await rig.request().over();
    while (rig.stats().connections > 0) await turn();
    expect([rig.sessions.length, rig.stats()]).toEqual([2, { connections: 0, active: 0 }]);
    await rig.request().over();
    rig.clock.advance(10_000 + sweepPeriodMs);
    expect(rig.stats()).toEqual({ connections: 0, active: 0 });
  });

  it('is asked for a sign of life, and given up without one', async () => {
    const rig = await setUp(() => {}, { http: { pingIntervalMs: 5_000, pingTimeoutMs: 3_000 } });
    const client = rig.request();
    await client.until((told) => told.includes('ready'));
    await settle(rig);
    rig.clock.advance(8_000);
    await settle(rig);
    rig.clock.advance(6_000);
    await settle(rig);
    expect(client.told).toEqual(['ready']);
    // Time passes, but no answer can come meanwhile.
    rig.clock.advance(20_000);
    expect(client.told.at(-1)).toBe('reset upstream_closed connection_termination no answer to PING');
  });

  it('takes an upgrade as extended CONNECT where its peer allows that, also before it said so', async () => {
    const seen: IncomingHttpHeaders[] = [];
    const rig = await setUp(
      (stream, headers) => {
        seen.push(headers);
        stream.respond({ ':status': 200 });
        stream.pipe(stream);
      },
      {},
      { enableConnectProtocol: true },
    );
    const client = rig.request({ upgrade: 'websocket', target: '/chat' }, '', false);
    await client.until((told) => told.some((entry) => entry.startsWith('head')));
    client.stream?.body(Buffer.from('hi'), 0, 2, false);
    await client.until((told) => told.includes('body hi'));
    expect(seen[0]).toMatchObject({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/chat' });
    expect(client.head?.status).toBe(101);
  });

  it('refuses an upgrade where its peer does not', async () => {
    const rig = await setUp(echo);
    const client = rig.request({ upgrade: 'websocket' }, '', false);
    await client.over();
    expect(client.told.at(-1)).toMatch(/^reset upstream_malformed protocol_error unprocessed/);
  });
});
