/** What goes wrong upstream: Envoy's bodies and flags, the reason, and nothing that looks whole but is not. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Route } from '@weft/data-runtime';
import { freePort } from '@weft/kernel/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../testing/waiting.ts';
import { connectTo, type Rig } from './testing/rig.ts';
import { createStage, hello, routeTo } from './testing/stops.ts';
import {
  breaker,
  from,
  makeCluster,
  makeEndpoint,
  makeForward,
  makeRoute,
  makeTable,
  makeTarget,
} from './testing/tables.ts';

const stage = createStage();
const { backendOf, rigOf, forwarding } = stage;
afterEach(() => stage.stop());

const get = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const clusterFrom = { resource: 'DestinationRule shop/a', file: 'mesh/rule.yaml', line: 3, rule: '' };
const targetFrom = { ...from, rule: 'http[0].route[1]' };
const prefix = 'upstream connect error or disconnect/reset before headers. reset reason: ';

async function ask(rig: Rig, request = get): Promise<string> {
  const client = await connectTo(rig.port);
  client.send(request);
  return client.closed();
}

const rigTo = (route: Route | undefined): Promise<Rig> => rigOf(makeTable(() => route));
const silent = { reasonHeader: false };
const forwardTo = (...args: Parameters<typeof makeCluster>): Route =>
  makeRoute(makeForward(makeTarget(makeCluster(...args))));

/** The proxy has read so many octets of its clients, and done with them what it does. */
async function hasRead(rig: Rig, octets: number): Promise<void> {
  await until(() => rig.octetsRead() >= octets);
}

describe('a proxy whose clients are strangers', () => {
  it('does not say why it answers, but logs it', async () => {
    const rig = await rigOf(
      makeTable(() => undefined),
      silent,
    );
    expect(await ask(rig)).not.toContain('x-weft-reason');
    expect(rig.log()[0]).toMatchObject({ reason: 'no virtual host in test' });
  });

  it('does not tell what the proxy behind it says', async () => {
    const backend = await backendOf((socket) => {
      socket.end('HTTP/1.1 503 No\r\nx-weft-reason: no_route; secret.yaml\r\nx-other: 1\r\ncontent-length: 0\r\n\r\n');
    });
    const rig = await rigOf(
      makeTable(() => routeTo(backend)),
      silent,
    );
    const answer = await ask(rig);
    expect(answer).toContain('x-other: 1');
    expect(answer).not.toContain('x-weft-reason');
  });
});

describe('an answer made here', () => {
  it('is 404 NR where no route matches', async () => {
    const rig = await rigTo(undefined);
    expect(await ask(rig)).toMatch(/^HTTP\/1\.1 404 Not Found\r\nx-weft-reason: no_route; no virtual host in test\r\n/);
    expect(rig.log()[0]).toMatchObject({
      response_code: 404,
      response_flags: 'NR',
      response_code_details: 'route_not_found',
    });
  });

  it('names the virtual host that has no route for the request', async () => {
    const hosted = { name: 'a:80', from: { ...from, rule: '' } };
    const rig = await rigOf(
      makeTable(() => undefined, {
        routes: {
          current: {
            name: 'http_proxy',
            match: () => undefined,
            virtualHostOf: () => hosted,
            internalOnlyHeaders: [],
          },
        },
      }),
    );
    const expected = 'no route in virtual host a:80 of http_proxy; mesh/a.yaml:7 VirtualService shop/a';
    expect(await ask(rig)).toContain(`x-weft-reason: no_route; ${expected}\r\n`);
    expect(rig.log()[0]).toMatchObject({ reason: expected });
  });

  it('is 503 NC where the cluster is not known', async () => {
    const rig = await rigTo(makeRoute(makeForward(makeTarget(undefined))));
    expect(await ask(rig)).toMatch(/^HTTP\/1\.1 503 [^\r]+\r\nx-weft-reason: no_cluster; mesh\/a.yaml:7 /);
    expect(rig.log()[0]).toMatchObject({ response_flags: 'NC' });
  });

  it('is 503 UH where no endpoint is healthy', async () => {
    const rig = await rigTo(forwardTo([], { pick: () => undefined }));
    expect(await ask(rig)).toMatch(/\r\n\r\nno healthy upstream$/);
    expect(rig.log()[0]).toMatchObject({ response_flags: 'UH', response_code: 503 });
  });

  it('is 503 UF where the endpoint does not accept, and the cause stays in the log', async () => {
    const rig = await rigTo(forwardTo([makeEndpoint(await freePort())]));
    const answer = await ask(rig);
    expect(answer.endsWith(`${prefix}remote connection failure`)).toBe(true);
    expect(answer).not.toContain('ECONNREFUSED');
    expect(rig.log()[0]).toMatchObject({
      response_flags: 'UF',
      upstream_transport_failure_reason: 'delayed connect error: Connection refused',
    });
  });

  it('is 503 UO where the bounds of the pool are reached', async () => {
    const backend = await backendOf(() => {});
    const one = breaker({ requestsMax: 1 });
    const rig = await rigTo(forwardTo([makeEndpoint(backend.port)], { breakers: { default: one, high: one } }));
    const first = await connectTo(rig.port);
    first.send(get);
    await until(() => backend.received() !== '');
    const answer = await ask(rig);
    expect(answer).toContain('x-envoy-overloaded: true\r\n');
    expect(answer.endsWith(`${prefix}overflow`)).toBe(true);
    expect(rig.log()[0]).toMatchObject({ response_flags: 'UO' });
  });

  it('is 503 UC where the endpoint closes before it answers', async () => {
    const { backend, rig } = await forwarding((socket) => void socket.end());
    expect((await ask(rig)).endsWith(`${prefix}connection termination`)).toBe(true);
    expect(rig.log()[0]).toMatchObject({ response_flags: 'UC' });
    expect(backend.connections()).toBe(1);
  });

  it('is 502 UPE where the endpoint’s answer is malformed', async () => {
    const { rig } = await forwarding((socket) => void socket.write('HTTP/1.1 200 OK\r\nX : y\r\n\r\n'));
    expect(await ask(rig)).toMatch(
      /^HTTP\/1\.1 502 Bad Gateway\r\nx-weft-reason: upstream_malformed; space-before-colon: /,
    );
    expect(rig.log()[0]).toMatchObject({
      response_flags: 'UPE',
      upstream_transport_failure_reason: expect.stringMatching(/^space-before-colon: /),
    });
  });

  it('is 504 UT after the timeout of the route, and names the route', async () => {
    const backend = await backendOf(() => {});
    const target = makeTarget(makeCluster([makeEndpoint(backend.port)], { from: clusterFrom }), { from: targetFrom });
    const rig = await rigTo(makeRoute(makeForward(target, { timeoutMs: 300 })));
    const client = await connectTo(rig.port);
    client.send(get);
    await until(() => backend.received() !== '');
    rig.clock.advance(250);
    expect(rig.log()).toEqual([]);
    rig.clock.advance(100);
    const answer = await client.closed();
    expect(answer).toContain('x-weft-reason: upstream_timeout; mesh/a.yaml:7 VirtualService shop/a http[0]\r\n');
    expect(answer.endsWith('\r\n\r\nupstream request timeout')).toBe(true);
    expect(rig.log()[0]).toMatchObject({ response_flags: 'UT', response_code: 504 });
  });

  it('is 504 SI where nothing moves for too long, and names the listener', async () => {
    const backend = await backendOf(() => {});
    const rig = await rigOf(makeTable(() => routeTo(backend), { streamIdleTimeoutMs: 500 }));
    const client = await connectTo(rig.port);
    client.send(get);
    await until(() => backend.received() !== '');
    rig.clock.advance(450);
    expect(rig.log()).toEqual([]);
    rig.clock.advance(200);
    const answer = await client.closed();
    expect(answer).toContain('x-weft-reason: stream_idle; stream idle timeout of listener test\r\n');
    expect(answer.endsWith('\r\n\r\nstream timeout')).toBe(true);
    expect(rig.log()[0]).toMatchObject({ response_flags: 'SI', response_code_details: 'stream_idle_timeout' });
  });

  it('is no failure as long as bytes move', async () => {
    let part = (_text: string): void => {};
    const backend = await backendOf((socket) => {
      part = (text) => void socket.write(text);
      part('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n1');
    });
    const rig = await rigOf(makeTable(() => routeTo(backend), { streamIdleTimeoutMs: 500 }));
    const client = await connectTo(rig.port);
    client.send(get);
    await client.until('\r\n\r\n1');
    for (const [text, seen] of [
      ['2', '12'],
      ['3', '123'],
    ] as const) {
      rig.clock.advance(450);
      part(text);
      await client.until(`\r\n\r\n${seen}`);
    }
    await until(() => rig.log().length > 0);
    expect(rig.log()[0]).toMatchObject({ response_flags: '-', response_code: 200 });
  });

  it('is 408 for a head that does not end', async () => {
    const { rig } = await forwarding(() => {});
    const client = await connectTo(rig.port);
    client.send('GET / HTTP/1.1\r\nHo');
    await hasRead(rig, 18);
    client.send('st: a\r\nX');
    await hasRead(rig, 26);
    rig.clock.advance(31_000);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('is 408 also for a head that drips', async () => {
    const { rig } = await forwarding(() => {});
    const client = await connectTo(rig.port);
    for (const [index, octet] of [...'GET / '].entries()) {
      client.send(octet);
      await hasRead(rig, index + 1);
      rig.clock.advance(6_000);
    }
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('is not held open by a client that goes on sending a refused body', async () => {
    const rig = await rigTo(undefined);
    // Unlike the usual client, this one does not close when the proxy does.
    const socket = connect({ port: rig.port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    socket.on('error', () => {});
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n');
    await once(socket.resume(), 'end');
    const before = rig.octetsRead();
    for (let i = 1; i <= 4; i += 1) {
      expect(rig.handler.connections()).toBe(1);
      socket.write('more');
      await hasRead(rig, before + 4 * i);
      rig.clock.advance(300);
    }
    expect(rig.handler.connections()).toBe(0);
    socket.destroy();
  });
});

/** A reset without a FIN before it, which `resetAndDestroy` would send. */
function reset(socket: Socket): void {
  (socket as unknown as { _handle: { reset(done: () => void): void } })._handle.reset(() => socket.destroy());
}

describe('an answer that breaks off', () => {
  it('ends early where it had a length', async () => {
    const { rig } = await forwarding((socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'));
    expect(await ask(rig)).toMatch(/content-length: 10\r\n(?:[^\r]+\r\n)*\r\nhello$/);
    expect(rig.log()[0]).toMatchObject({ response_flags: 'UPE', response_code: 200 });
  });

  it('has no last chunk where it had chunks', async () => {
    const { rig } = await forwarding((socket) => {
      socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n');
    });
    expect((await ask(rig)).endsWith('5\r\nhello\r\n')).toBe(true);
  });

  it('has no last chunk where the connection that should end it was reset', async () => {
    let cut = (): void => {};
    const { rig } = await forwarding((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nhello');
      cut = () => reset(socket);
    });
    const client = await connectTo(rig.port);
    client.send(get);
    await client.until('hello');
    cut();
    expect(await client.closed()).not.toContain('0\r\n\r\n');
    expect(rig.log()[0]).toMatchObject({ response_flags: 'UPE' });
  });
});

describe('a connection that the endpoint closed just now', () => {
  async function reusedOnce(request: string): Promise<{ answer: string; connections: number }> {
    const { backend, rig } = await forwarding((socket, _, nth) => {
      if (nth === 2) socket.destroy();
      else socket.write(hello);
    });
    const client = await connectTo(rig.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until('hello');
    client.send(request);
    return { answer: await client.closed(), connections: backend.connections() };
  }

  it('is replaced once for a request that may be repeated', async () => {
    const { answer, connections } = await reusedOnce(get);
    expect(answer.match(/HTTP\/1\.1 200 OK/g)?.length).toBe(2);
    expect(connections).toBe(2);
  });

  it('is replaced for a POST with an idempotency key and no body', async () => {
    const post = 'POST / HTTP/1.1\r\nHost: a\r\nIdempotency-Key: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
    expect((await reusedOnce(post)).connections).toBe(2);
  });

  it('fails a request that may have had an effect', async () => {
    const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi';
    const { answer, connections } = await reusedOnce(post);
    expect(answer).toContain('HTTP/1.1 503');
    expect(connections).toBe(1);
  });
});

describe('a client that goes away', () => {
  it('is logged with DC, and its request is given up', async () => {
    let gone = false;
    const { backend, rig } = await forwarding(
      (socket) =>
        void socket.on('close', () => {
          gone = true;
        }),
    );
    const client = await connectTo(rig.port);
    client.send(get);
    await until(() => backend.received() !== '');
    client.socket.resetAndDestroy();
    await until(() => gone);
    expect(rig.log()[0]).toMatchObject({ response_code: 0, response_flags: 'DC' });
    expect(rig.handler.connections()).toBe(0);
  });
});
