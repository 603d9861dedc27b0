/** What many requests share: one upstream connection, one client's connection, mirrors, filters' own requests. */

import { EventEmitter, once } from 'node:events';
import type { CalloutAnswer, Exchange } from '@weft/data-runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { turn, until, untilStill } from '../testing/waiting.ts';
import { createCallouts } from './callouts.ts';
import { always, connectTo } from './testing/rig.ts';
import { createStage, hello, routeTo } from './testing/stops.ts';
import { http2, makeCluster, makeEndpoint, makeForward, makeRoute, makeTable, makeTarget } from './testing/tables.ts';

const stage = createStage();
const { backendOf, http2BackendOf, http2ClientOf, rigOf } = stage;
afterEach(() => stage.stop());

describe('a stalled client', () => {
  it('does not starve others on the same upstream connection', async () => {
    const megabytes = 8;
    const backend = await http2BackendOf((stream, headers) => {
      stream.respond({ ':status': 200 });
      stream.end(headers[':path'] === '/big' ? Buffer.alloc(megabytes * 1_048_576, 'x') : 'small');
    });
    const route = makeRoute(makeForward(makeTarget(makeCluster([makeEndpoint(backend.port)], { http: http2 }))));
    const rig = await rigOf(makeTable(() => route));
    const stalled = await connectTo(rig.port);
    stalled.socket.pause();
    stalled.send('GET /big HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => backend.requests.length > 0);
    const other = await http2ClientOf(rig.port);
    for (let i = 0; i < 200; i += 1) expect((await other.ask({ ':path': '/s' })).body).toBe('small');
    expect(backend.sessions.length).toBe(1);
    stalled.socket.destroy();
  });
});

describe('back-pressure over HTTP/2', () => {
  it('stops the endpoint while a client does not read, and loses nothing', async () => {
    const size = 16 * 1_048_576;
    let written = 0;
    const { rig } = await stage.forwarding((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
      const more = (): void => {
        while (written < size) {
          written += 65_536;
          if (!socket.write(Buffer.alloc(65_536, 'x'))) {
            socket.once('drain', more);
            return;
          }
        }
      };
      more();
    });
    const client = await http2ClientOf(rig.port);
    const stream = client.open({ ':path': '/' });
    stream.end();
    stream.pause();
    await untilStill(() => written);
    expect(written).toBeLessThan(size);
    let got = 0;
    for await (const part of stream) got += (part as Buffer).length;
    expect(got).toBe(size);
  }, 20_000);

  it('stops a client while the endpoint does not read, and loses nothing', async () => {
    const size = 16 * 1_048_576;
    let resume = (): void => {};
    let answered = false;
    const { rig } = await stage.forwarding((socket) => {
      socket.pause();
      resume = () => {
        socket.resume();
        socket.on('data', () => {
          if (socket.bytesRead >= size && !answered) socket.write(hello);
          answered ||= socket.bytesRead >= size;
        });
      };
    });
    const client = await http2ClientOf(rig.port);
    const stream = client.open({ ':method': 'POST', ':path': '/', 'content-length': size });
    let left = size;
    const fill = (): void => {
      while (left > 0) {
        const part = Math.min(left, 65_536);
        left -= part;
        if (!stream.write(Buffer.alloc(part, 'y'))) {
          stream.once('drain', fill);
          return;
        }
      }
      stream.end();
    };
    fill();
    await untilStill(() => left);
    expect(left).toBeGreaterThan(0);
    resume();
    let answer = '';
    for await (const part of stream) answer += String(part);
    expect(answer).toBe('hello');
  }, 20_000);
});

describe('a mirror', () => {
  it('gets a copy with its body, and nobody waits for it', async () => {
    const main = await backendOf(always(hello));
    const shadow = await backendOf(() => {});
    const to = makeTarget(makeCluster([makeEndpoint(shadow.port)]));
    const action = makeForward(makeTarget(makeCluster([makeEndpoint(main.port)])), {
      mirrors: [{ target: () => to, share: 1, keepHost: false, traceSampled: false }],
    });
    const rig = await rigOf(makeTable(() => makeRoute(action)));
    const client = await connectTo(rig.port);
    client.send('POST /x HTTP/1.1\r\nHost: a.test:80\r\nContent-Length: 4\r\n\r\nbody');
    await client.until('hello');
    await until(() => shadow.received().endsWith('body'));
    expect(shadow.received()).toMatch(/^POST \/x HTTP\/1\.1\r\nhost: a\.test-shadow:80\r\n/);
  });

  it('has the timeout of its own route, also where other requests came before its body had ended', async () => {
    const main = await backendOf((socket, request) => void (request.startsWith('GET') && socket.write(hello)));
    let copies = 0;
    let ended = 0;
    const shadow = await http2BackendOf((stream) => {
      copies += 1;
      stream.on('close', () => {
        ended += 1;
      });
    });
    const to = makeTarget(makeCluster([makeEndpoint(shadow.port)], { http: http2 }));
    const target = makeTarget(makeCluster([makeEndpoint(main.port)]));
    const mirrored = makeForward(target, {
      timeoutMs: 1_000,
      mirrors: [{ target: () => to, share: 1, keepHost: true, traceSampled: undefined }],
    });
    const plain = makeRoute(makeForward(target));
    const rig = await rigOf(makeTable(({ method }) => (method === 'GET' ? plain : makeRoute(mirrored))));
    const slow = await connectTo(rig.port);
    slow.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1');
    await until(() => main.received().endsWith('1'));
    const other = await connectTo(rig.port);
    other.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await other.until('hello');
    slow.send('2');
    await until(() => copies > 0);
    rig.clock.advance(1_000);
    await until(() => ended > 0);
    expect(copies).toBe(1);
  });
});

describe('a redirect that this proxy follows', () => {
  it('goes where the answer says, as often as the route allows', async () => {
    const backend = await backendOf((socket, request) => {
      const path = request.split(' ')[1];
      if (path === '/end') socket.write(hello);
      else socket.write('HTTP/1.1 302 Found\r\nlocation: http://b.test/end\r\ncontent-length: 0\r\n\r\n');
    });
    const internalRedirect = {
      redirectsMax: 1,
      statusCodes: [302],
      allowCrossScheme: false,
      safeCrossScheme: false,
      fieldsToCopy: [],
    };
    const action = makeForward(makeTarget(makeCluster([makeEndpoint(backend.port)])), { internalRedirect });
    const rounds: string[] = [];
    const filter = {
      name: 'counter',
      onRequest: ({ path }: Exchange) => rounds.push(`begins ${path}`) > 0,
      onComplete: () => void rounds.push('ends'),
    };
    const rig = await rigOf(makeTable(() => makeRoute(action), { filters: [filter] }));
    const client = await connectTo(rig.port);
    client.send('GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n');
    expect(await client.until('hello')).toMatch(/^HTTP\/1\.1 200 /);
    expect(rounds).toEqual(['begins /x', 'ends', 'begins /end', 'ends']);
    expect(rig.log()).toMatchObject([
      { response_code: 302, response_code_details: 'internal_redirect' },
      { response_code: 200, response_code_details: 'via_upstream' },
    ]);
    expect(backend.received()).toContain('GET /end HTTP/1.1\r\nhost: b.test\r\n');
    expect(backend.received()).toContain('x-envoy-original-url: http://a.test/x\r\n');
  });
});

describe('filters', () => {
  it('read a body, wait, and go on; transforms change both bodies', async () => {
    const backend = await backendOf((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello');
    });
    const shout = {
      onData: (bytes: Buffer, from: number, to: number) =>
        Buffer.from(bytes.toString('latin1', from, to).toUpperCase()),
      onTrailers: (fields: string[]) => ({ data: Buffer.alloc(0), fields }),
    };
    let read = '';
    const filter = {
      name: 'reader',
      onRequest(exchange: Exchange) {
        exchange.requestTransform = shout;
        exchange.readRequestBody(100, (body, whole) => {
          read = `${String(body)} ${whole}`;
          setImmediate(() => exchange.proceed());
        });
        return false;
      },
      onResponse(exchange: Exchange) {
        exchange.responseTransform = shout;
      },
    };
    const rig = await rigOf(makeTable(() => routeTo(backend), { filters: [filter] }));
    const client = await connectTo(rig.port);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc');
    await turn();
    client.send('def');
    expect(await client.until('0\r\n\r\n')).toContain('transfer-encoding: chunked\r\n\r\n5\r\nHELLO\r\n');
    expect(read).toBe('abcdef true');
    expect(backend.received()).toContain('ABCDEF');
  });

  it.each([
    ['with its head', ['bad!', '']],
    ['later', ['', 'bad!']],
    ['in two parts', ['good', 'bad!']],
  ])(
    'refuse a body that came %s: the endpoint never takes it for a whole one',
    async (_when, [first = '', later = '']) => {
      const steps = new EventEmitter();
      const [reached, left, judged] = [once(steps, 'reached'), once(steps, 'left'), once(steps, 'judged')] as const;
      const backend = await backendOf((socket) => {
        socket.once('close', () => steps.emit('left'));
        steps.emit('reached');
      });
      const filter = {
        name: 'judge',
        onRequest(exchange: Exchange) {
          let refused = false;
          const judge = (bad: boolean): Buffer => {
            refused ||= bad;
            if (refused) steps.emit('judged', exchange);
            return Buffer.alloc(0);
          };
          exchange.requestTransform = {
            get refused() {
              return refused;
            },
            onData: (bytes, from, to) => judge(bytes.toString('latin1', from, to).includes('bad!')),
            onTrailers: (fields) => ({ data: Buffer.alloc(0), fields }),
          };
          return true;
        },
      };
      const rig = await rigOf(makeTable(() => routeTo(backend), { filters: [filter] }));
      const client = await connectTo(rig.port);
      const chunk = (text: string, end: string): string => (text === '' ? '' : `${text.length}\r\n${text}\r\n${end}`);
      client.send(
        `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(first, later === '' ? '0\r\nx: y\r\n\r\n' : '')}`,
      );
      await reached;
      client.send(chunk(later, '0\r\nx: y\r\n\r\n'));
      const [exchange] = (await judged) as [Exchange];
      // What this turn wrote is on its way.
      await turn();
      exchange.answer(400, [], 'no', 'refused');
      expect(await client.until('no')).toContain('HTTP/1.1 400 ');
      await left;
      expect(backend.received()).toMatch(/transfer-encoding: chunked\r\n(?:[a-z-]+: .*\r\n)*\r\n$/);
    },
  );

  it('read nothing of a request to upgrade: what follows it is for the tunnel', async () => {
    const backend = await backendOf((socket) => {
      socket.write('HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    });
    const filter = {
      name: 'reader',
      onRequest(exchange: Exchange) {
        exchange.readRequestBody(100, () => exchange.proceed());
        return false;
      },
    };
    const rig = await rigOf(makeTable(() => routeTo(backend), { filters: [filter] }));
    const client = await connectTo(rig.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nfirst');
    expect(await client.until('\r\n\r\n')).toContain('HTTP/1.1 101 ');
    await until(() => backend.received().endsWith('first'));
  });

  it('ask endpoints of their own, and are refused over the bound', async () => {
    const backend = await backendOf(always(hello));
    const rig = await rigOf(makeTable(() => undefined));
    const cluster = { current: makeCluster([makeEndpoint(backend.port)]) };
    const callout = {
      cluster,
      method: 'POST',
      authority: 'authz.test',
      target: '/check?x',
      fields: ['x-a', '1'],
      body: Buffer.from('ask'),
      timeoutMs: 1_000,
      grpc: false,
    };
    const answer = await new Promise((resolve) => rig.callouts.send(callout, resolve));
    expect(answer).toMatchObject({ status: 200, body: Buffer.from('hello') });
    expect(backend.received()).toMatch(/^POST \/check\?x HTTP\/1\.1\r\nhost: authz\.test\r\nx-a: 1\r\n/);
    const silent = await backendOf(() => {});
    const one = createCallouts({ clock: rig.clock, pools: rig.pools, calloutsMax: 1 });
    const slow = { ...callout, cluster: { current: makeCluster([makeEndpoint(silent.port)]) } };
    const results: unknown[] = [];
    one.send(slow, (result) => results.push(result));
    one.send(slow, (result) => results.push(result));
    expect(results).toEqual([{ code: 'upstream_overflow', reason: 'too many requests of filters' }]);
    rig.clock.advance(1_000);
    expect(results[1]).toMatchObject({ code: 'upstream_timeout' });
  });

  it('ask over gRPC with one message', async () => {
    const backend = await http2BackendOf((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.pipe(stream);
    });
    const rig = await rigOf(makeTable(() => undefined));
    const answer = await new Promise<CalloutAnswer>((resolve) =>
      rig.callouts.send(
        {
          cluster: { current: makeCluster([makeEndpoint(backend.port)], { http: http2 }) },
          method: 'POST',
          authority: 'rls.test',
          target: '/a.B/C',
          fields: [],
          body: Buffer.from('message'),
          timeoutMs: 1_000,
          grpc: true,
        },
        (result) => resolve(result as CalloutAnswer),
      ),
    );
    expect(String(answer.body)).toBe('message');
    expect(answer.trailers).toEqual(['grpc-status', '0']);
  });
});
