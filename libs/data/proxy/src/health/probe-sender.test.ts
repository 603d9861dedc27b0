/** Probes over real sockets: HTTP/1, gRPC over HTTP/2, TCP. */

import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type CheckResult, probeCluster, runCheck } from '@weft/data-health';
import type { CheckedEndpoint, Cluster, HealthProbe } from '@weft/data-runtime';
import { testEndpoint } from '@weft/data-runtime/testing';
import { createDialer, createUpstreamPools, FlushQueue } from '@weft/data-upstream';
import { type Clock, createManualClock, systemClock } from '@weft/kernel';
import { freePort } from '@weft/kernel/testing';
import type { ClientTls } from '@weft/tls';
import { afterEach, describe, expect, test } from 'vitest';
import { createProbeSender } from './probe-sender.ts';
import { testProbe } from './testing/probe.ts';

const http = (path: string): HealthProbe['check'] => ({
  kind: 'http',
  host: 'app',
  path,
  method: 'GET',
  headers: ['x-a', 'b'],
  headersToRemove: [],
  expectedStatuses: [200, 400],
  retriableStatuses: [],
  http2: false,
  send: undefined,
  receive: [],
  bodyBytesMax: 0,
});
const cluster = {
  name: 'c',
  from: { resource: '', file: '', line: 0, rule: '' },
  connectTimeoutMs: 5_000,
  http: {
    protocol: 'http1',
    multiplex: false,
    streamsMax: 100,
    pingIntervalMs: 0,
    pingTimeoutMs: 0,
    maxStreamDurationMs: 0,
  },
  limits: {
    idleConnectionsMax: 4,
    idleTimeoutMs: 1_000,
    requestsPerConnectionMax: 0,
    connectionDurationMaxMs: 0,
    bufferBytesMax: 1_024,
  },
  service: { host: '', name: '', namespace: '' },
} as unknown as Cluster;

describe('a probe', () => {
  const stops: (() => void)[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });

  const listen = async (server: Server | ReturnType<typeof createHttp2Server>): Promise<number> => {
    stops.push(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const setUp = (clock: Clock = systemClock) => {
    const dialer = createDialer({ clock, tls: {} as ClientTls, trustDomain: 'cluster.local' } as Parameters<
      typeof createDialer
    >[0]);
    const pools = createUpstreamPools({ clock, dialer, flushes: new FlushQueue(clock) });
    stops.push(() => pools.close());
    const sender = createProbeSender({ pools, dialer });
    return (check: HealthProbe['check'], port: number): Promise<CheckResult> => {
      const own = { port: 0, address: '', hostname: '', disabled: false };
      const endpoint: CheckedEndpoint = { ...testEndpoint({ port }), check: own };
      const probe = testProbe(check, { timeoutMs: 5_000 });
      const target = { endpoint, cluster, probeCluster: probeCluster(cluster, probe), probeEndpoint: endpoint };
      return new Promise((resolve) => {
        runCheck(probe, target, sender, clock, resolve);
      });
    };
  };
  const passes = { kind: 'pass', degraded: false };

  test('over HTTP sends its headers and judges the status', async () => {
    const port = await listen(
      createHttpServer((request, response) => {
        const right = request.headers.host === 'app' && request.headers['x-a'] === 'b';
        response.writeHead(right ? Number(request.url?.slice(1)) : 500).end('body');
      }),
    );
    const probe = setUp();
    expect(await probe(http('/200'), port)).toEqual(passes);
    expect(await probe(http('/302'), port)).toEqual(passes);
    expect(await probe(http('/503'), port)).toEqual({ kind: 'active', reason: 'status 503' });
  });

  test('over gRPC speaks HTTP/2', async () => {
    const server = createHttp2Server();
    server.on('stream', (stream: ServerHttp2Stream, headers) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.from([0, 0, 0, 0, 2, 8, headers[':path'] === '/grpc.health.v1.Health/Check' ? 1 : 2]));
    });
    const port = await listen(server);
    expect(await setUp()({ kind: 'grpc', service: 'x', authority: 'app', headers: [] }, port)).toEqual(passes);
  });

  test('over TCP needs a connection, and the answer where one is expected', async () => {
    const server = createServer((socket) => socket.on('data', () => socket.end('PONG')));
    const port = await listen(server);
    const probe = setUp();
    const tcp = (receive: string): HealthProbe['check'] => ({
      kind: 'tcp',
      send: Buffer.from('ping'),
      receive: [Buffer.from(receive)],
    });
    expect(await probe({ kind: 'tcp', send: undefined, receive: [] }, port)).toEqual(passes);
    expect(await probe(tcp('PONG'), port)).toEqual(passes);
    expect(await probe(tcp('other'), port)).toEqual({ kind: 'network', reason: 'the connection was closed' });
    const closed = await freePort();
    expect(await probe(tcp('PONG'), closed)).toMatchObject({
      kind: 'network',
      reason: expect.stringContaining('Connection refused'),
    });
    expect(await probe(http('/'), closed)).toMatchObject({ kind: 'network' });
  });

  test('has failed where there is no answer in time', async () => {
    const clock = createManualClock();
    let accepted = (): void => {};
    const seen = new Promise<void>((resolve) => {
      accepted = resolve;
    });
    const port = await listen(createServer((socket) => socket.on('data', accepted).on('error', () => {})));
    const result = setUp(clock)(http('/'), port);
    await seen;
    clock.advance(5_000);
    expect(await result).toEqual({ kind: 'network', reason: 'no answer within 5000 ms' });
  });
});
