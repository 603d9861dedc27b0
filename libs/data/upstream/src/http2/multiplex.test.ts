/** HTTP/1.1 requests between two sidecars, over mutual TLS: multiplexed where ALPN says so, on connections of their own where not. */

import { once } from 'node:events';
import { createServer as createHttp2Server, type IncomingHttpHeaders } from 'node:http2';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { testEndpoint } from '@weft/data-runtime/testing';
import { createManualClock } from '@weft/kernel';
import { createClientTls, createServerTls, materialSecrets } from '@weft/tls';
import { createTestCa } from '@weft/tls/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createDialer } from '../dial.ts';
import { FlushQueue } from '../flush-queue.ts';
import { createUpstreamPools } from '../pools.ts';
import { outgoing, RecordingClient } from '../testing/recording-client.ts';
import { meshTls, testCluster } from '../testing/test-cluster.ts';
import type { AcquireOptions, UpstreamPools } from '../upstream-stream.ts';

const uri = 'spiffe://cluster.local/ns/shop/sa/order';
const ca = createTestCa(Date.now());
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server that speaks HTTP/2 to those that ask for "weft-h2", and answers others in HTTP/1.1. */
async function serve(alpn: readonly string[], seen: IncomingHttpHeaders[]): Promise<number> {
  const secrets = materialSecrets(await material());
  const http2 = createHttp2Server((request, response) => {
    seen.push(request.headers);
    response.end('over HTTP/2');
  });
  http2.on('session', (session) => closing.push(() => session.destroy()));
  const tls = createServerTls({
    secrets,
    tls: {
      ...meshTls,
      alpn,
      clientCertificate: 'mesh',
      requireClientCertificate: true,
      allowedUriPrefixes: [],
      sessionTickets: true,
      sessionLifeSeconds: 0,
    },
    onSecure(socket, peer) {
      closing.push(() => socket.destroy());
      socket.on('error', () => {});
      if (peer.alpn === 'weft-h2') http2.emit('connection', socket);
      else socket.on('data', () => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nover HTTP/1'));
    },
    onRefused() {},
  });
  const server: Server = createServer((socket) => tls.accept(socket)).listen(0, '127.0.0.1');
  closing.push(() => server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function material() {
  const made = await (await ca).issue([uri]);
  return () => made;
}

async function setUp(alpn: readonly string[]) {
  const seen: IncomingHttpHeaders[] = [];
  const endpoint = testEndpoint({ port: await serve(alpn, seen), tls: { ...meshTls, expectedUris: [uri] } });
  const clock = createManualClock(Date.now());
  const tls = createClientTls(materialSecrets(await material()));
  const dialer = createDialer({ clock, tls, trustDomain: 'cluster.local' });
  const cluster = testCluster({ endpoints: [endpoint], http: { protocol: 'http1', multiplex: true } });
  const pools: UpstreamPools = createUpstreamPools({ clock, dialer, flushes: new FlushQueue(clock) });
  closing.push(() => pools.close());
  const request = (change: Partial<AcquireOptions> = {}): RecordingClient => {
    const head = outgoing({ introduction: 'x-peer: me\r\n' });
    const client = new RecordingClient((stream) => void stream.send(head, undefined, 0, 0, true));
    const base = {
      protocol: 'HTTP/1.1',
      priority: 'default',
      exclusive: false,
      authority: '',
      proxyHeader: undefined,
    } as const;
    pools.acquire(cluster, endpoint, client, { ...base, ...change });
    return client;
  };
  return { seen, request, pools, cluster };
}

describe('requests between two sidecars', () => {
  it('share one connection of HTTP/2 and introduce it once', async () => {
    const { seen, request, pools, cluster } = await setUp(['weft-h2', 'istio-http/1.1']);
    const clients = Array.from({ length: 8 }, () => request());
    await Promise.all(clients.map((client) => client.over()));
    expect(clients.map(({ body, stream }) => [body, stream?.protocol, stream?.peerUri])).toEqual(
      clients.map(() => ['over HTTP/2', 'HTTP/2', uri]),
    );
    expect(seen.map((headers) => headers['x-peer'])).toEqual(['me', ...Array.from({ length: 7 })]);
    expect(pools.stats(cluster).connections).toBe(1);
    const own = request({ exclusive: true });
    await own.over();
    expect([own.body, own.stream?.protocol]).toEqual(['over HTTP/1', 'HTTP/1.1']);
  });

  it('have connections of their own where the other one is no Weft sidecar', async () => {
    const { request, pools, cluster } = await setUp(['istio-http/1.1', 'http/1.1']);
    const clients = Array.from({ length: 4 }, () => request());
    await Promise.all(clients.map((client) => client.over()));
    expect(clients.map(({ body, stream }) => [body, stream?.protocol])).toEqual(
      clients.map(() => ['over HTTP/1', 'HTTP/1.1']),
    );
    expect(pools.stats(cluster).connections).toBeLessThanOrEqual(4);
  });
});
