/** How long requests may take, and what gRPC clients are told. */

import { afterEach, describe, expect, it } from 'vitest';
import { afterTime, until } from '../testing/waiting.ts';
import type { Http2Answer } from './testing/http2-peers.ts';
import { connectTo, type Rig } from './testing/rig.ts';
import { createStage } from './testing/stops.ts';
import {
  http1,
  http2,
  makeCluster,
  makeEndpoint,
  makeForward,
  makeRoute,
  makeTable,
  makeTarget,
} from './testing/tables.ts';

const stage = createStage();
const { backendOf, http2BackendOf, http2ClientOf, rigOf } = stage;
afterEach(() => stage.stop());

const get = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

/** A silent backend. */
async function silent(
  forward: Parameters<typeof makeForward>[1],
  table: Parameters<typeof makeTable>[1] = {},
  maxStreamDurationMs = 0,
) {
  const backend = await backendOf(() => {});
  const target = makeTarget(makeCluster([makeEndpoint(backend.port)], { http: { ...http1, maxStreamDurationMs } }));
  const route = makeRoute(makeForward(target, forward));
  const rig = await rigOf(makeTable(() => route, table));
  return { backend, rig };
}

describe('a short timeout of a route', () => {
  it('has a timer of its own', async () => {
    const { backend, rig } = await silent({ timeoutMs: 100 });
    const client = await connectTo(rig.port);
    client.send(get);
    await until(() => backend.received() !== '');
    rig.clock.advance(99);
    expect(rig.log()).toEqual([]);
    rig.clock.advance(1);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 504 /);
    expect(backend.received()).toContain('x-envoy-expected-rq-timeout-ms: 100\r\n');
  });

  it('runs from the end of the request', async () => {
    const { backend, rig } = await silent({ timeoutMs: 100 });
    const client = await connectTo(rig.port);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n1');
    await until(() => backend.received() !== '');
    rig.clock.advance(1_000);
    expect(rig.log()).toEqual([]);
    client.send('2');
    await until(() => backend.received().endsWith('12'));
    rig.clock.advance(100);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 504 /);
  });

  it('is no timer where there is none', async () => {
    const { backend, rig } = await silent({});
    const before = rig.clock.pending();
    const client = await connectTo(rig.port);
    client.send(get);
    await until(() => backend.received() !== '');
    // The one beat of the connections, and the one of the upstream connection that was made.
    expect(rig.clock.pending() - before).toBeLessThanOrEqual(2);
    client.socket.destroy();
  });
});

describe('the longest time of a stream', () => {
  it.each([
    [get, 504],
    ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n', 408],
  ])('ends it', async (request, status) => {
    const { backend, rig } = await silent({}, { maxStreamDurationMs: 300 });
    const client = await connectTo(rig.port);
    client.send(request);
    await until(() => backend.received() !== '');
    rig.clock.advance(300);
    const answer = await client.closed();
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/downstream duration timeout$/);
    expect(rig.log()[0]).toMatchObject({ response_code_details: 'max_duration_timeout' });
  });

  it.each([
    [get, 504],
    ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n', 408],
  ])('ends it, where the cluster says so', async (request, status) => {
    const { backend, rig } = await silent({}, {}, 300);
    const client = await connectTo(rig.port);
    client.send(request);
    await until(() => backend.received() !== '');
    rig.clock.advance(300);
    const answer = await client.closed();
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/upstream max stream duration reached$/);
    expect(rig.log()[0]).toMatchObject({ response_code_details: 'upstream_max_stream_duration_reached' });
  });
});

describe('a gRPC client', () => {
  async function grpc(rig: Rig, headers: Record<string, string> = {}): Promise<Http2Answer> {
    const client = await http2ClientOf(rig.port);
    return client.ask(
      { ':method': 'POST', ':path': '/a.B/C', 'content-type': 'application/grpc', te: 'trailers', ...headers },
      Buffer.from([0, 0, 0, 0, 0]),
    );
  }

  it('hears of every failure of this proxy as a status in the head', async () => {
    const nowhere = await rigOf(makeTable(() => undefined));
    expect(await grpc(nowhere)).toMatchObject({
      status: 200,
      body: '',
      headers: { 'content-type': 'application/grpc', 'grpc-status': '12' },
    });
    const sick = makeRoute(makeForward(makeTarget(makeCluster([], { pick: () => undefined }))));
    expect((await grpc(await rigOf(makeTable(() => sick)))).headers).toMatchObject({
      'grpc-status': '14',
      'grpc-message': 'no healthy upstream',
    });
  });

  it('gets trailers, and trailers alone', async () => {
    const backend = await http2BackendOf((stream, _, nth) => {
      if (nth === 2) {
        stream.respond(
          { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '5', 'grpc-message': 'no' },
          { endStream: true },
        );
        return;
      }
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.from([0, 0, 0, 0, 0]));
    });
    const outcomes: unknown[] = [];
    const cluster = makeCluster([makeEndpoint(backend.port)], {
      http: http2,
      observe: (_, { status, grpcStatus, local }) => void outcomes.push([status, grpcStatus, local]),
    });
    const route = makeRoute(makeForward(makeTarget(cluster)));
    const rig = await rigOf(makeTable(() => route));
    expect(await grpc(rig)).toMatchObject({ body: '\0\0\0\0\0', trailers: { 'grpc-status': '0' } });
    expect((await grpc(rig)).headers).toMatchObject({ 'grpc-status': '5', 'grpc-message': 'no' });
    expect(outcomes).toEqual([
      [200, 0, undefined],
      [404, 5, undefined],
    ]);
    expect(backend.requests[0]).toMatchObject({ te: 'trailers' });
  });

  it('has its deadline kept and shortened', async () => {
    const seen: unknown[] = [];
    const backend = await http2BackendOf((_, headers) => void seen.push(headers['grpc-timeout']));
    const cluster = makeCluster([makeEndpoint(backend.port)], { http: http2 });
    const action = makeForward(makeTarget(cluster), { timeoutMs: 100, grpcMaxMs: 500, grpcOffsetMs: 50 });
    const rig = await rigOf(makeTable(() => makeRoute(action)));
    const timedOut = async (headers?: Record<string, string>): Promise<Http2Answer> => {
      const before = seen.length;
      return afterTime(grpc(rig, headers), rig.clock, 10, () => seen.length > before);
    };
    expect((await timedOut({ 'grpc-timeout': '350m' })).headers).toMatchObject({ 'grpc-status': '14' });
    await timedOut({ 'grpc-timeout': '9S' });
    await timedOut();
    expect(seen).toEqual(['300m', '500m', '500m']);
  });
});
