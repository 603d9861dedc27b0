/** What is counted of an endpoint's requests for `/clusters`: the numbers are those of a running Envoy 1.40. */

import { type EndpointCounts, retryOnBits } from '@weft/data-runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { afterTime, until } from '../testing/waiting.ts';
import { connectTo } from './testing/rig.ts';
import { createStage } from './testing/stops.ts';
import {
  breaker,
  http1,
  http2,
  makeCluster,
  makeEndpoint,
  makeForward,
  makeRetry,
  makeRoute,
  makeTable,
  makeTarget,
} from './testing/tables.ts';

const stage = createStage();
const { backendOf, http2BackendOf, http2ClientOf, rigOf } = stage;
afterEach(() => stage.stop());

const get = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const answer = (status: number): string => `HTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`;
const counted = ({ requestsTotal, requestSuccesses, requestErrors, requestTimeouts }: EndpointCounts) => ({
  ...{ total: requestsTotal, success: requestSuccesses, error: requestErrors, timeout: requestTimeouts },
});

interface Case {
  readonly name: string;
  /** One an attempt; 'cut': it closes; 'silent': it says nothing; 'half': it goes silent in the body of a 200. */
  readonly answers: readonly (number | 'cut' | 'silent' | 'half')[];
  readonly forward?: Parameters<typeof makeForward>[1];
  readonly durationMs?: number;
  readonly counts: ReturnType<typeof counted>;
}

const again = makeRetry(retryOnBits.serverError | retryOnBits.retriableStatusCodes, {
  statusCodes: [404],
  retriesMax: 1,
});
const cases: readonly Case[] = [
  { name: 'an answer', answers: [200], counts: { total: 1, success: 1, error: 0, timeout: 0 } },
  { name: 'a 404', answers: [404], counts: { total: 1, success: 1, error: 0, timeout: 0 } },
  { name: 'a 503', answers: [503], counts: { total: 1, success: 0, error: 1, timeout: 0 } },
  {
    name: 'a 404 that is asked again',
    answers: [404, 404],
    forward: { retry: again },
    counts: { total: 2, success: 1, error: 1, timeout: 0 },
  },
  {
    name: 'a 503 twice',
    answers: [503, 503],
    forward: { retry: again },
    counts: { total: 2, success: 0, error: 2, timeout: 0 },
  },
  { name: 'an end without an answer', answers: ['cut'], counts: { total: 1, success: 0, error: 1, timeout: 0 } },
  {
    name: 'an answer that is too late for the route',
    answers: ['silent'],
    forward: { timeoutMs: 100 },
    counts: { total: 1, success: 0, error: 1, timeout: 1 },
  },
  {
    name: 'an answer that is too late for its try',
    answers: ['silent'],
    forward: { retry: makeRetry(0, { perTryTimeoutMs: 100 }) },
    counts: { total: 1, success: 0, error: 1, timeout: 1 },
  },
  {
    name: 'an answer that stops half way',
    answers: ['half'],
    forward: { retry: makeRetry(0, { perTryIdleTimeoutMs: 100 }) },
    counts: { total: 1, success: 1, error: 0, timeout: 1 },
  },
  {
    name: 'a stream that lasted too long',
    answers: ['silent'],
    durationMs: 100,
    counts: { total: 1, success: 0, error: 0, timeout: 0 },
  },
];

describe('an endpoint is told to have had', () => {
  it.each(cases)('$name', async ({ answers, forward, durationMs = 0, counts }) => {
    const backend = await backendOf((socket, _, nth) => {
      const next = answers[nth - 1];
      if (next === 'cut') socket.destroy();
      else if (next === 'half') socket.write('HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\nx');
      else if (typeof next === 'number') socket.write(answer(next));
    });
    const endpoint = makeEndpoint(backend.port);
    const cluster = makeCluster([endpoint], { http: { ...http1, maxStreamDurationMs: durationMs } });
    const rig = await rigOf(makeTable(() => makeRoute(makeForward(makeTarget(cluster), forward))));
    const client = await connectTo(rig.port);
    client.send(get);
    const stopped = (): boolean =>
      (answers.includes('silent') && backend.received() !== '') ||
      (answers.includes('half') && endpoint.counts.requestSuccesses > 0);
    const waits = (): boolean => endpoint.active === 0 || stopped();
    await afterTime(client.closed(), rig.clock, 20, waits);
    expect(counted(endpoint.counts)).toEqual(counts);
  });

  it('a connection that could not be made', async () => {
    const backend = await backendOf(() => {});
    backend.stop();
    const endpoint = makeEndpoint(backend.port);
    const rig = await rigOf(makeTable(() => makeRoute(makeForward(makeTarget(makeCluster([endpoint]))))));
    const client = await connectTo(rig.port);
    client.send(get);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 503 /);
    expect(counted(endpoint.counts)).toEqual({ total: 0, success: 0, error: 1, timeout: 0 });
  });

  it('nothing, where a circuit breaker is open', async () => {
    const endpoint = makeEndpoint(1);
    const full = breaker({ requestsMax: 0, pendingMax: 0 });
    const cluster = makeCluster([endpoint], { breakers: { default: full, high: full } });
    const target = makeTarget(cluster);
    const mirrors = [{ target: () => target, share: 1, keepHost: true, traceSampled: undefined }];
    const forward = makeForward(target, { mirrors });
    const rig = await rigOf(makeTable(() => makeRoute(forward)));
    const client = await connectTo(rig.port);
    client.send(get);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 503 /);
    expect(counted(endpoint.counts)).toEqual({ total: 0, success: 0, error: 0, timeout: 0 });
  });

  it.each([
    ['a gRPC answer', { 'grpc-status': '0' }, { success: 1, error: 0 }],
    ['one with a status of the client’s fault', { 'grpc-status': '5' }, { success: 1, error: 0 }],
    ['one with a status of its own fault', { 'grpc-status': '14' }, { success: 0, error: 1 }],
    ['one without a status', {}, { success: 0, error: 1 }],
  ])('%s', async (_, trailers, counts) => {
    const backend = await http2BackendOf((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      stream.end('x');
    });
    const endpoint = makeEndpoint(backend.port);
    const cluster = makeCluster([endpoint], { http: http2 });
    const rig = await rigOf(makeTable(() => makeRoute(makeForward(makeTarget(cluster)))));
    const client = await http2ClientOf(rig.port);
    await client.ask({ ':method': 'POST', ':path': '/', 'content-type': 'application/grpc' }, 'x');
    await until(() => endpoint.active === 0);
    expect(counted(endpoint.counts)).toMatchObject(counts);
  });

  it('a request that waits', async () => {
    const endpoint = makeEndpoint(1);
    const dialing = makeCluster([endpoint]);
    const rig = await rigOf(makeTable(() => makeRoute(makeForward(makeTarget(dialing)))));
    const waiting = rig.pools.acquire(dialing, endpoint, { onUpstreamFailed() {} } as never, {
      protocol: 'HTTP/1.1',
      priority: 'default',
      exclusive: false,
      authority: '',
      proxyHeader: undefined,
    });
    expect(endpoint.counts.pending).toBe(1);
    waiting?.cancel();
    expect(endpoint.counts.pending).toBe(0);
  });
});
