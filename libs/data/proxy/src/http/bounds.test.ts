/** The bounds of the HTTP path, reached: mirrors, resends, answers to filters' requests. */

import type { CalloutAnswer, Exchange, HttpFilter } from '@weft/data-runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../testing/waiting.ts';
import { httpLimits } from './limits.ts';
import { always, connectTo } from './testing/rig.ts';
import { createStage, hello } from './testing/stops.ts';
import { http2, makeCluster, makeEndpoint, makeForward, makeRoute, makeTable, makeTarget } from './testing/tables.ts';

const stage = createStage();
const { backendOf, http2BackendOf, http2ClientOf, rigOf } = stage;
afterEach(() => stage.stop());

describe('a bound', () => {
  it('of mirrors under way: one more copy is not sent, the request goes on', async () => {
    const main = await backendOf(always(hello));
    const streams: (() => void)[] = [];
    const shadow = await http2BackendOf((stream) => {
      streams.push(() => stream.respond({ ':status': 200 }, { endStream: true }));
    });
    const to = makeTarget(makeCluster([makeEndpoint(shadow.port)], { http: { ...http2, streamsMax: 10_000 } }));
    const one = { target: () => to, share: 1, keepHost: true, traceSampled: undefined };
    const mirrors = Array.from({ length: httpLimits.mirrorsMax + 1 }, () => one);
    const action = makeForward(makeTarget(makeCluster([makeEndpoint(main.port)])), { mirrors });
    const rig = await rigOf(makeTable(() => makeRoute(action)));
    const client = await connectTo(rig.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until('hello');
    await until(() => streams.length >= httpLimits.mirrorsMax);
    // What was sent comes before the answer to a PING.
    const pings = shadow.sessions.map((session) => new Promise<void>((resolve) => void session.ping(() => resolve())));
    await Promise.all(pings);
    expect(streams.length).toBe(httpLimits.mirrorsMax);
    for (const answer of streams) answer();
  }, 20_000);

  it('of the time of a mirror: a copy that nobody answers is given up, also where the route has no timeout', async () => {
    const main = await backendOf(always(hello));
    let gone = (): void => {};
    const reset = new Promise<void>((resolve) => {
      gone = resolve;
    });
    let came = (): void => {};
    const arrived = new Promise<void>((resolve) => {
      came = resolve;
    });
    const shadow = await http2BackendOf((stream) => {
      stream.on('close', () => gone());
      came();
    });
    const to = makeTarget(makeCluster([makeEndpoint(shadow.port)], { http: http2 }));
    const mirrors = [{ target: () => to, share: 1, keepHost: true, traceSampled: undefined }];
    const action = makeForward(makeTarget(makeCluster([makeEndpoint(main.port)])), { mirrors });
    const rig = await rigOf(makeTable(() => makeRoute(action)));
    const client = await connectTo(rig.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until('hello');
    await arrived;
    rig.clock.advance(httpLimits.mirrorTimeoutMs + 1);
    await reset;
  });

  it('of resends: an endpoint that refuses every stream gets three more, then the client is told', async () => {
    const backend = await http2BackendOf((stream) => void stream.close(7));
    const cluster = makeCluster([makeEndpoint(backend.port)], { http: http2 });
    const rig = await rigOf(makeTable(() => makeRoute(makeForward(makeTarget(cluster)))));
    const client = await http2ClientOf(rig.port);
    expect(await client.ask({ ':path': '/' })).toMatchObject({ status: 503 });
    expect(backend.requests.length).toBe(1 + httpLimits.resendsMax);
  });

  it('of what is kept of a body without retries: a longer one is not sent again', async () => {
    const { spareBodyBytesMax, resendsMax } = httpLimits;
    for (const [size, requests] of [
      [spareBodyBytesMax, 1 + resendsMax],
      [spareBodyBytesMax + 1, 1],
    ] as const) {
      const backend = await http2BackendOf((stream) => {
        let came = 0;
        stream.on('data', ({ length }: Buffer) => {
          came += length;
          if (came === size) stream.close(7);
        });
      });
      const cluster = makeCluster([makeEndpoint(backend.port)], { http: http2 });
      const rig = await rigOf(makeTable(() => makeRoute(makeForward(makeTarget(cluster)))));
      const client = await http2ClientOf(rig.port);
      expect(await client.ask({ ':method': 'POST', ':path': '/' }, Buffer.alloc(size))).toMatchObject({ status: 503 });
      expect(backend.requests.length).toBe(requests);
    }
  });

  it('of exchanges that a connection keeps to use again: those over it are made anew', async () => {
    const seen = new Set<Exchange>();
    const filter: HttpFilter = {
      name: 'watch',
      onRequest(exchange) {
        seen.add(exchange);
        return true;
      },
    };
    const atOnce = httpLimits.pooledExchangesMax + 10;
    const waiting: (() => void)[] = [];
    const backend = await http2BackendOf((stream) => {
      waiting.push(() => stream.respond({ ':status': 200 }, { endStream: true }));
      // All are under way at a time.
      if (waiting.length === atOnce) for (const answer of waiting.splice(0)) answer();
    });
    const cluster = makeCluster([makeEndpoint(backend.port)], { http: http2 });
    const route = makeRoute(makeForward(makeTarget(cluster)));
    const rig = await rigOf(makeTable(() => route, { filters: [filter] }));
    const client = await http2ClientOf(rig.port);
    const wave = () => Promise.all(Array.from({ length: atOnce }, () => client.ask({ ':path': '/' })));
    await wave();
    expect(seen.size).toBe(atOnce);
    await wave();
    expect(seen.size).toBe(atOnce + 10);
  });

  it('of the answer to a filter: a longer one is a failure', async () => {
    const size = httpLimits.calloutAnswerBytesMax + 1;
    const backend = await backendOf(always(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n${'x'.repeat(size)}`));
    const rig = await rigOf(makeTable(() => undefined));
    const callout = {
      cluster: { current: makeCluster([makeEndpoint(backend.port)]) },
      method: 'GET',
      authority: 'keys.test',
      target: '/',
      fields: [],
      body: Buffer.alloc(0),
      timeoutMs: 5_000,
      grpc: false,
    };
    const answer = await new Promise<CalloutAnswer | { readonly code: string }>((resolve) =>
      rig.callouts.send(callout, resolve),
    );
    expect(answer).toMatchObject({ code: 'upstream_malformed' });
  });
});
