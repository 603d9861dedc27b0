/** Requests between every pair of HTTP versions, on real sockets; the HTTP/2 peers are Node's. */

import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../testing/waiting.ts';
import type { startHttp2Backend } from './testing/http2-peers.ts';
import { connectTo, type startBackend } from './testing/rig.ts';
import { createStage } from './testing/stops.ts';
import { http2, makeCluster, makeEndpoint, makeForward, makeRoute, makeTable, makeTarget } from './testing/tables.ts';

const stage = createStage();
const { backendOf, http2BackendOf, http2ClientOf, rigOf } = stage;
afterEach(() => stage.stop());

const routeOver = (port: number, over: 'http1' | 'http2') => {
  const cluster = makeCluster([makeEndpoint(port)], over === 'http2' ? { http: http2 } : {});
  return makeRoute(makeForward(makeTarget(cluster)));
};

async function http2To(...args: Parameters<typeof startHttp2Backend>) {
  const backend = await http2BackendOf(...args);
  const route = routeOver(backend.port, 'http2');
  return { backend, rig: await rigOf(makeTable(() => route)) };
}

async function http1To(...args: Parameters<typeof startBackend>) {
  const backend = await backendOf(...args);
  const route = routeOver(backend.port, 'http1');
  return { backend, rig: await rigOf(makeTable(() => route)) };
}

describe('HTTP/2 to HTTP/2', () => {
  it('carries head, body and trailers both ways', async () => {
    const { backend, rig } = await http2To((stream) => {
      let trailers = {};
      let body = '';
      stream.on('trailers', (fields) => {
        trailers = fields;
      });
      stream.on('data', (part) => {
        body += String(part);
      });
      stream.on('end', () => {
        stream.respond({ ':status': 201, 'x-who': 'backend' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': JSON.stringify(trailers).length }));
        stream.end(`got ${body}`);
      });
    });
    const client = await http2ClientOf(rig.port);
    const answer = await client.ask({ ':method': 'POST', ':path': '/x?y=1', 'x-a': '1' }, 'hello', { 'x-t': '1' });
    expect(answer).toMatchObject({ status: 201, body: 'got hello', trailers: { 'x-sum': '11' } });
    expect(answer.headers['x-who']).toBe('backend');
    expect(backend.requests[0]).toMatchObject({ ':path': '/x?y=1', ':authority': 'a.test', 'x-a': '1' });
    expect(rig.log()[0]).toMatchObject({ protocol: 'HTTP/2', upstream_protocol: 'HTTP/2', response_code: 201 });
  });

  it('carries 1,000 streams at a time on one connection each side', async () => {
    const waiting: (() => void)[] = [];
    const { backend, rig } = await http2To((stream, headers) => {
      waiting.push(() => {
        stream.respond({ ':status': 200 });
        stream.end(String(headers[':path']));
      });
      if (waiting.length === 1_000) for (const answer of waiting) answer();
    });
    const client = await http2ClientOf(rig.port);
    const asked = Array.from({ length: 1_000 }, (_, i) => client.ask({ ':path': `/${i}` }));
    const answers = await Promise.all(asked);
    expect(answers.map(({ body }) => body)).toEqual(Array.from({ length: 1_000 }, (_, i) => `/${i}`));
    expect(backend.sessions.length).toBe(1);
  }, 20_000);

  it('passes on a reset of either side', async () => {
    let gone = 0;
    let waiting = false;
    const { rig } = await http2To((stream, headers) => {
      stream.on('close', () => {
        gone += 1;
      });
      if (headers[':path'] === '/reset') stream.close(2);
      else waiting = true;
    });
    const client = await http2ClientOf(rig.port);
    const refused = await client.ask({ ':path': '/reset' });
    expect(refused.status).toBe(503);
    expect(refused.body).toContain('reset reason: remote reset');
    const stream = client.open({ ':path': '/wait' });
    await until(() => rig.log().length >= 1 && waiting);
    stream.close(8);
    await until(() => gone >= 2 && rig.log().length >= 2);
    expect(rig.log().map((line) => line['response_flags'])).toEqual(['UR', 'DR']);
  });

  it('breaks off an answer that the endpoint breaks off', async () => {
    const { rig } = await http2To((stream) => {
      stream.respond({ ':status': 200 });
      stream.write('half');
      setImmediate(() => stream.destroy(new Error('broken')));
    });
    const client = await http2ClientOf(rig.port);
    await expect(client.ask({ ':path': '/' })).rejects.toThrow(/INTERNAL_ERROR/);
  });
});

describe('HTTP/2 to HTTP/1.1', () => {
  it('says Host, frames the body in chunks and gives trailers back', async () => {
    const { backend, rig } = await http1To((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 1\r\n\r\n');
    });
    const client = await http2ClientOf(rig.port);
    const answer = await client.ask({ ':method': 'POST', ':path': '/x', cookie: ['a=1', 'b=2'] }, 'hello');
    expect(answer).toMatchObject({ status: 200, body: 'abc', trailers: { 'x-sum': '1' } });
    const text = backend.received();
    expect(text).toMatch(/^POST \/x HTTP\/1\.1\r\nhost: a\.test\r\n/);
    expect(text).toContain('transfer-encoding: chunked\r\n');
    expect(text).toContain('cookie: a=1; b=2\r\n');
    expect(answer.headers).not.toHaveProperty('transfer-encoding');
  });

  it('keeps a length that is known, and says one for a POST without a body', async () => {
    const { backend, rig } = await http1To((socket) => void socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
    const client = await http2ClientOf(rig.port);
    await client.ask({ ':method': 'POST', ':path': '/2' });
    await client.ask({ ':method': 'POST', ':path': '/1', 'content-length': '5' }, 'hello');
    const text = backend.received();
    expect(text).toMatch(/POST \/1 [\s\S]*content-length: 5\r\n/);
    expect(text).toMatch(/POST \/2 [\s\S]*content-length: 0\r\n/);
    expect(text).not.toContain('chunked');
  });

  it('never passes on a body that ends early as a whole one', async () => {
    const { rig } = await http1To((socket) => {
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello');
    });
    const client = await http2ClientOf(rig.port);
    await expect(client.ask({ ':path': '/' })).rejects.toThrow(/INTERNAL_ERROR/);
  });
});

describe('HTTP/1.1 to HTTP/2', () => {
  it('carries chunks and trailers, and joins the head with the body that follows it', async () => {
    const { backend, rig } = await http2To((stream) => {
      stream.resume();
      stream.on('end', () => {
        stream.respond({ ':status': 200, 'content-type': 'text/plain' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }));
        stream.end('hello');
      });
    });
    const client = await connectTo(rig.port);
    client.send('POST /x HTTP/1.1\r\nHost: A.test\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n');
    const answer = await client.until('x-sum: 1\r\n\r\n');
    expect(answer).toContain('transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n');
    expect(backend.requests[0]).toMatchObject({ ':method': 'POST', ':authority': 'A.test', ':scheme': 'http' });
    expect(backend.requests[0]).not.toHaveProperty('host');
  });

  it('says a length of zero for an answer without a body', async () => {
    const { rig } = await http2To((stream) => stream.respond({ ':status': 200 }, { endStream: true }));
    const client = await connectTo(rig.port);
    client.send('GET /x HTTP/1.1\r\nHost: a\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect((await client.closed()).match(/content-length: 0\r\n/g)?.length).toBe(2);
  });
});

describe('HTTP/1.0', () => {
  it('gets its answers without chunks', async () => {
    const backend = await backendOf((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n');
    });
    const route = routeOver(backend.port, 'http1');
    const rig = await rigOf(makeTable(() => route, { acceptHttp10: true, defaultHost: 'd.test' }));
    const client = await connectTo(rig.port);
    client.send('GET /x HTTP/1.0\r\n\r\n');
    expect(await client.closed()).toMatch(/^HTTP\/1\.0 200 OK\r\n(?:[^\r]+\r\n)*\r\nabc$/);
    expect(backend.received()).toMatch(/^GET \/x HTTP\/1\.1\r\nhost: d\.test\r\n/);
  });

  it('sees an error where an answer that its connection would end is cut short', async () => {
    let cut = (): void => {};
    const backend = await backendOf((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n');
      cut = () => socket.destroy();
    });
    const route = routeOver(backend.port, 'http1');
    const rig = await rigOf(makeTable(() => route, { acceptHttp10: true, defaultHost: 'd.test' }));
    const client = await connectTo(rig.port);
    let error = '';
    client.socket.on('error', (problem: NodeJS.ErrnoException) => {
      error = problem.code ?? '';
    });
    client.send('GET /x HTTP/1.0\r\n\r\n');
    await client.until('abc');
    cut();
    await client.closed();
    expect(error).toBe('ECONNRESET');
  });
});

describe('HTTP/1.1 that travels in HTTP/2 between two sidecars', () => {
  it('comes out as it went in', async () => {
    const backend = await backendOf((socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'));
    const cluster = makeCluster([makeEndpoint(backend.port)], { http: { ...http2, protocol: 'downstream' } });
    const route = makeRoute(makeForward(makeTarget(cluster)));
    const rig = await rigOf(
      makeTable(() => route),
      { direction: 'inbound', alpn: 'weft-h2' },
    );
    const client = await http2ClientOf(rig.port);
    expect(await client.ask({ ':path': '/x' })).toMatchObject({ status: 200, body: 'hi' });
    expect(backend.received()).toMatch(/^GET \/x HTTP\/1\.1\r\n/);
    expect(rig.log()[0]).toMatchObject({ protocol: 'HTTP/1.1', upstream_protocol: 'HTTP/1.1' });
  });
});

describe('a WebSocket', () => {
  const upgrade = 'GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
  const echo1 = (socket: Parameters<Parameters<typeof startBackend>[0]>[0]): void => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nfirst');
    socket.on('data', (chunk) => socket.write(`echo ${String(chunk)}`));
  };
  const echo2: Parameters<typeof startHttp2Backend>[0] = (stream) => {
    stream.respond({ ':status': 200 });
    stream.write('first');
    stream.on('data', (part) => stream.write(`echo ${String(part)}`));
  };

  async function over2(port: number): Promise<void> {
    const client = await http2ClientOf(port);
    const stream = client.open({ ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'http', ':path': '/ws' });
    let status = 0;
    let seen = '';
    stream.on('response', (headers) => {
      status = Number(headers[':status']);
    });
    stream.on('data', (part) => {
      seen += String(part);
    });
    await until(() => seen.includes('first'));
    stream.write('frame');
    await until(() => seen.includes('echo frame'));
    expect(status).toBe(200);
    stream.close();
  }

  async function over1(port: number): Promise<void> {
    const client = await connectTo(port);
    client.send(upgrade);
    expect(await client.until('first')).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    client.send('frame');
    await client.until('echo frame');
    client.socket.destroy();
  }

  it('runs from HTTP/1.1 to HTTP/1.1', async () => over1((await http1To(echo1)).rig.port));
  it('runs from HTTP/1.1 to HTTP/2', async () => {
    const { backend, rig } = await http2To(echo2);
    await over1(rig.port);
    expect(backend.requests[0]).toMatchObject({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/ws' });
  });
  it('runs from HTTP/2 to HTTP/1.1', async () => {
    const { backend, rig } = await http1To(echo1);
    await over2(rig.port);
    expect(backend.received()).toMatch(/^GET \/ws HTTP\/1\.1\r\n[\s\S]*connection: upgrade\r\nupgrade: websocket\r\n/i);
  });
  it('runs from HTTP/2 to HTTP/2', async () => over2((await http2To(echo2)).rig.port));
});
