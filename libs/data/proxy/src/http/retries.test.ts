/** Attempts: which failures are made again, how often, when, and with what. */

import { type Endpoint, type Exchange, retryOnBits } from '@weft/data-runtime';
import { freePort } from '@weft/kernel/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { afterTime, until } from '../testing/waiting.ts';
import { type Backend, connectTo, type Rig } from './testing/rig.ts';
import { createStage } from './testing/stops.ts';
import {
  breaker,
  http2,
  limits,
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

const answer = (status: number, fields = ''): string =>
  `HTTP/1.1 ${status} X\r\n${fields}content-length: ${String(status).length}\r\n\r\n${status}`;
const get = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

interface Trial {
  readonly rig: Rig;
  readonly backend: Backend;
  /** Sends it, moves the clock on between attempts and while the backend is silent, and gives all that came. */
  ask(request?: string): Promise<string>;
}

async function trial(
  answers: readonly (string | 'reset')[],
  policy: Parameters<typeof makeRetry>,
  forward: Parameters<typeof makeForward>[1] = {},
  cluster: Parameters<typeof makeCluster>[1] = {},
): Promise<Trial> {
  let requests = 0;
  let tries = 0;
  const backend = await backendOf((socket, _, nth) => {
    const text = answers[Math.min(nth, answers.length) - 1] as string;
    requests = nth;
    if (text === 'reset') socket.destroy();
    else socket.write(text);
  });
  const endpoint = makeEndpoint(backend.port);
  const pick = (): Endpoint => {
    tries += 1;
    return endpoint;
  };
  const target = makeTarget(makeCluster([endpoint], { pick, ...cluster }));
  const isSilent = (): boolean => requests === tries && answers[Math.min(requests, answers.length) - 1] === '';
  const route = makeRoute(makeForward(target, { retry: makeRetry(...policy), ...forward }));
  // Its clients are internal: what they ask for is believed.
  const address = { useRemoteAddress: true, trustedHops: 0, skipXffAppend: false, internalRanges: ['127.0.0.0/8'] };
  const rig = await rigOf(makeTable(() => route, { address }));
  return {
    rig,
    backend,
    async ask(request = get) {
      const client = await connectTo(rig.port);
      client.send(request);
      return afterTime(client.closed(), rig.clock, 20, () => endpoint.active === 0 || isSilent());
    },
  };
}

describe('a body that a filter changes', () => {
  const held = Buffer.alloc(0);
  /** Keeps all until the end, as filters that compress or sign. */
  const gathering = {
    name: 'gathering',
    onRequest(exchange: Exchange) {
      const parts: Buffer[] = [];
      exchange.requestTransform = {
        onData(bytes, from, to, end) {
          parts.push(Buffer.from(bytes.subarray(from, to)));
          return end ? Buffer.concat(parts) : held;
        },
        onTrailers: (fields) => ({ data: Buffer.concat(parts), fields }),
      };
      return true;
    },
  };
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n';

  async function gatheringRig(answers: readonly string[], bufferBytesMax: number) {
    const backend = await backendOf((socket, _, nth) => void socket.write(answers[nth - 1] as string));
    const endpoint = makeEndpoint(backend.port);
    const target = makeTarget(makeCluster([endpoint], { limits: { ...limits, bufferBytesMax } }));
    const route = makeRoute(makeForward(target, { retry: makeRetry(retryOnBits.serverError) }));
    return { backend, endpoint, rig: await rigOf(makeTable(() => route, { filters: [gathering] })) };
  }

  it('goes out again with what the filter held back until the trailers', async () => {
    const { backend, endpoint, rig } = await gatheringRig([answer(503), answer(200)], 1_048_576);
    const client = await connectTo(rig.port);
    client.send(head);
    await until(() => backend.received().includes('POST'));
    client.send('0\r\nt: 1\r\n\r\n');
    await afterTime(client.closed(), rig.clock, 20, () => endpoint.active === 0);
    expect(backend.received()).toContain('hello');
  });

  it('goes out whole where more came with the head than is kept', async () => {
    const { backend, rig } = await gatheringRig([answer(200), answer(201)], 3);
    // A connection that waits takes the request while it is read.
    const first = await connectTo(rig.port);
    first.send(get);
    await first.closed();
    const client = await connectTo(rig.port);
    client.send(`${head}0\r\n\r\n`);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 201 /);
    expect(backend.received()).toContain('hello');
  });
});

describe('a retry', () => {
  it.each([
    ['5xx', retryOnBits.serverError, 500],
    ['gateway-error', retryOnBits.gatewayError, 503],
    ['retriable-4xx', retryOnBits.retriable4xx, 409],
  ])('is made for %s', async (_, on, status) => {
    const { ask, backend, rig } = await trial([answer(status), answer(200)], [on]);
    expect(await ask()).toMatch(/^HTTP\/1\.1 200 /);
    expect(backend.received()).toContain('x-envoy-attempt-count: 2\r\n');
    expect(rig.log()[0]).toMatchObject({ response_code: 200, response_flags: '-', attempts: 2 });
  });

  it('is made for codes and header fields that the policy names', async () => {
    const codes = await trial([answer(418), answer(200)], [retryOnBits.retriableStatusCodes, { statusCodes: [418] }]);
    expect(await codes.ask()).toMatch(/^HTTP\/1\.1 200 /);
    const responseHeaders = [(fields: readonly string[]) => fields.includes('x-again')];
    const fields = await trial(
      [answer(200, 'X-Again: 1\r\n'), answer(201)],
      [retryOnBits.retriableHeaders, { responseHeaders }],
    );
    expect(await fields.ask()).toMatch(/^HTTP\/1\.1 201 /);
  });

  it('is made for a connection that breaks, and for one that is not to be had', async () => {
    const broken = await trial(['reset', answer(200)], [retryOnBits.reset]);
    expect(await broken.ask()).toMatch(/^HTTP\/1\.1 200 /);
    const good = await backendOf((socket) => void socket.write(answer(200)));
    const endpoints = [makeEndpoint(await freePort()), makeEndpoint(good.port)];
    const target = makeTarget(makeCluster(endpoints));
    const retry = makeRetry(retryOnBits.connectFailure, { backOffBaseMs: 1, backOffMaxMs: 1 });
    const route = makeRoute(makeForward(target, { retry }));
    const rig = await rigOf(makeTable(() => route));
    const client = await connectTo(rig.port);
    client.send(get);
    const waits = (): boolean => endpoints.every(({ active }) => active === 0);
    expect(await afterTime(client.closed(), rig.clock, 5, waits)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('forgets all of the answer that it is made for, also trailers of the same read', async () => {
    const trailed = 'HTTP/1.1 503 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\nno\r\n0\r\nt: 1\r\n\r\n';
    const { ask, backend } = await trial([trailed, answer(200)], [retryOnBits.serverError]);
    expect(await ask()).toContain('HTTP/1.1 200');
    expect(backend.received().split('GET /').length - 1).toBe(2);
  });

  it('ends with the last answer and URX where none are left', async () => {
    const { ask, rig, backend } = await trial([answer(503)], [retryOnBits.serverError, { retriesMax: 2 }]);
    expect(await ask()).toMatch(/^HTTP\/1\.1 503 [\s\S]*503$/);
    expect(backend.received().match(/GET/g)?.length).toBe(3);
    expect(rig.log()[0]).toMatchObject({ response_flags: 'URX', attempts: 3 });
  });

  it('is not made for an overloaded endpoint, nor for a limited one but by envoy-ratelimited', async () => {
    const over = await trial([answer(503, 'x-envoy-overloaded: true\r\n'), answer(200)], [retryOnBits.serverError]);
    expect(await over.ask()).toMatch(/^HTTP\/1\.1 503 /);
    const limited = answer(429, 'x-envoy-ratelimited: true\r\n');
    const plain = await trial([limited, answer(200)], [retryOnBits.retriableStatusCodes, { statusCodes: [429] }]);
    expect(await plain.ask()).toMatch(/^HTTP\/1\.1 429 /);
    const asked = await trial([limited, answer(200)], [retryOnBits.envoyRatelimited]);
    expect(await asked.ask()).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('is refused with UO where the budget of the cluster is used up', async () => {
    const none = breaker({ retriesMax: 0 });
    const { ask, rig } = await trial(
      [answer(503), answer(200)],
      [retryOnBits.serverError],
      {},
      { breakers: { default: none, high: none } },
    );
    expect(await ask()).toMatch(/^HTTP\/1\.1 503 /);
    expect(rig.log()[0]).toMatchObject({ response_flags: 'UO' });
  });

  it('sends the body again, and is not made of a body over the bound', async () => {
    const post = (body: string): string =>
      `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const small = await trial([answer(503), answer(200)], [retryOnBits.serverError], { bufferBytesMax: 10 });
    expect(await small.ask(post('0123456789'))).toMatch(/^HTTP\/1\.1 200 /);
    expect(small.backend.received().match(/0123456789/g)?.length).toBe(2);
    const large = await trial([answer(503), answer(200)], [retryOnBits.serverError], { bufferBytesMax: 10 });
    expect(await large.ask(post('0123456789a'))).toMatch(/^HTTP\/1\.1 503 /);
    expect(large.backend.received().match(/0123456789a/g)?.length).toBe(1);
  });

  it('waits as long as the endpoint says, where the policy reads it', async () => {
    const policy = { resetHeaders: [{ name: 'retry-after', format: 'seconds' as const }], statusCodes: [429] };
    const { ask, rig } = await trial(
      [answer(429, 'retry-after: 2\r\n'), answer(200)],
      [retryOnBits.retriableStatusCodes, policy],
    );
    const startMs = rig.clock.monotonic();
    expect(await ask()).toMatch(/^HTTP\/1\.1 200 /);
    expect(rig.clock.monotonic() - startMs).toBeGreaterThanOrEqual(2_000);
  });

  it('is asked for by the request itself, and the asking goes no further', async () => {
    const { ask, backend } = await trial([answer(503), answer(503), answer(200)], [0]);
    const asking = 'x-envoy-retry-on: 5xx\r\nx-envoy-max-retries: 2\r\n';
    const request = get.replace('Connection', `${asking}Connection`);
    expect(await ask(request)).toMatch(/^HTTP\/1\.1 200 /);
    expect(backend.received()).not.toContain('retry');
  });

  it('is made of an attempt that takes too long, and ends with UT', async () => {
    const policy = { perTryTimeoutMs: 100, retriesMax: 1 };
    const { ask, rig, backend } = await trial([''], [retryOnBits.serverError, policy]);
    expect(await ask()).toMatch(/^HTTP\/1\.1 504 [\s\S]*upstream request timeout$/);
    expect(backend.received().match(/GET/g)?.length).toBe(2);
    expect(backend.received()).toContain('x-envoy-expected-rq-timeout-ms: 100\r\n');
    expect(rig.log()[0]).toMatchObject({
      response_flags: 'URX,UT',
      response_code_details: 'upstream_per_try_timeout',
    });
  });

  it('goes to another endpoint where the policy says so', async () => {
    const first = await backendOf((socket) => void socket.write(answer(503)));
    const second = await backendOf((socket) => void socket.write(answer(200)));
    const endpoints = [makeEndpoint(first.port), makeEndpoint(second.port)];
    const cluster = makeCluster(endpoints, {
      pick: (context) => endpoints.find((endpoint) => context?.avoid.includes(endpoint) !== true),
    });
    const retry = makeRetry(retryOnBits.serverError, { avoidPrevious: true, backOffBaseMs: 1, backOffMaxMs: 1 });
    const route = makeRoute(makeForward(makeTarget(cluster), { retry }));
    const rig = await rigOf(makeTable(() => route));
    const client = await connectTo(rig.port);
    client.send(get);
    const waits = (): boolean => endpoints.every(({ active }) => active === 0);
    expect(await afterTime(client.closed(), rig.clock, 5, waits)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('an attempt that nobody acted on', () => {
  it('is made again after a graceful GOAWAY, without a failed request', async () => {
    const backend = await http2BackendOf((stream) => {
      stream.respond({ ':status': 200 });
      stream.end('ok');
      if (backend.requests.length % 5 !== 0) return;
      // Inside of its own callback a closed session refuses what stands behind in the same read, and Node then uses what it has freed (nodejs/node#64113).
      setImmediate(() => {
        for (const session of backend.sessions) if (!session.closed) session.close();
      });
    });
    const route = makeRoute(makeForward(makeTarget(makeCluster([makeEndpoint(backend.port)], { http: http2 }))));
    const rig = await rigOf(makeTable(() => route));
    const client = await http2ClientOf(rig.port);
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => client.ask({ ':path': '/' })));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    }
    expect(backend.sessions.length).toBeGreaterThan(1);
  });

  it('is made again, also of a POST, when its stream is refused', async () => {
    const backend = await http2BackendOf((stream, _, nth) => {
      if (nth === 1) {
        stream.close(7);
        return;
      }
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
    });
    const route = makeRoute(makeForward(makeTarget(makeCluster([makeEndpoint(backend.port)], { http: http2 }))));
    const rig = await rigOf(makeTable(() => route));
    const client = await http2ClientOf(rig.port);
    const echoed = await client.ask({ ':method': 'POST', ':path': '/' }, 'body');
    expect(echoed).toMatchObject({ status: 200, body: 'body' });
  });
});
