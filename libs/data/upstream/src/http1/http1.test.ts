/** What goes out on an HTTP/1 connection and how its answers are read, over a wire that the test moves by hand. */

import type { UpstreamHttp } from '@weft/data-runtime';
import { testEndpoint } from '@weft/data-runtime/testing';
import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { FlushQueue } from '../flush-queue.ts';
import { upstreamLimits } from '../limits.ts';
import { createUpstreamPools } from '../pools.ts';
import { createFakeDialer } from '../testing/fake-dialer.ts';
import type { FakeWire } from '../testing/fake-wire.ts';
import { outgoing, RecordingClient } from '../testing/recording-client.ts';
import { meshTls, testCluster } from '../testing/test-cluster.ts';
import type { AcquireOptions, OutgoingHead, UpstreamStream } from '../upstream-stream.ts';

const options: AcquireOptions = {
  protocol: 'HTTP/1.1',
  priority: 'default',
  exclusive: false,
  authority: '',
  proxyHeader: undefined,
};

/** Each thing that is written is a turn of its own. */
const atOnce = (task: () => void): void => task();

function setUp(secured = false, http: Partial<UpstreamHttp> = {}, soon = atOnce) {
  const clock = { ...createManualClock(), soon };
  const dialer = createFakeDialer();
  const endpoint = testEndpoint(secured ? { tls: meshTls } : {});
  const cluster = testCluster({ endpoints: [endpoint], http });
  const pools = createUpstreamPools({ clock, dialer, flushes: new FlushQueue(clock) });
  /** Sends one request, on a new connection where none is idle. */
  const request = (head: Partial<OutgoingHead> = {}, body = '', end = true, changes: Partial<AcquireOptions> = {}) => {
    const bytes = Buffer.from(body, 'latin1');
    const client = new RecordingClient((stream) => void stream.send(outgoing(head), bytes, 0, bytes.length, end));
    if (pools.acquire(cluster, endpoint, client, { ...options, ...changes }) !== undefined)
      dialer.dials.at(-1)?.ready();
    client.told.shift();
    return { client, stream: client.stream as UpstreamStream, wire: dialer.dials.at(-1)?.wire as FakeWire };
  };
  return { pools, cluster, endpoint, dialer, request };
}

describe('an answer that its client gives up at its head', () => {
  it('tells no more of itself, though all of it came with the head', () => {
    const { request } = setUp();
    const { wire, client, stream } = request();
    const head = client.onUpstreamHead.bind(client);
    client.onUpstreamHead = (...args) => {
      head(...args);
      stream.reset();
    };
    wire.give('HTTP/1.1 503 X\r\ntransfer-encoding: chunked\r\n\r\n0\r\nt: 1\r\n\r\n');
    expect(client.told).toEqual(['head 503']);
  });
});

describe('an HTTP/1 request', () => {
  it('is one write with the first part of its body', () => {
    const { request } = setUp();
    const { wire } = request({ method: 'POST', target: '/x?y', fields: ['content-length', '3', 'a', 'b'] }, 'abc');
    expect(wire.written).toEqual(['POST /x?y HTTP/1.1\r\nhost: a.test\r\ncontent-length: 3\r\na: b\r\n\r\nabc']);
  });

  it('leaves with all that follows it in one turn, and not at all where it is given up before', () => {
    const turn: (() => void)[] = [];
    const { request } = setUp(false, {}, (task) => void turn.push(task));
    const kept = request({ method: 'POST', chunked: true }, 'abc', false);
    kept.stream.trailers(['x-end', '1']);
    const given = request({}, '', true);
    given.stream.reset();
    const tunnel = request({ upgrade: 'websocket' }, '', false);
    tunnel.stream.body(Buffer.from('x'), 0, 1, false);
    expect([kept.wire.written.length, tunnel.wire.written.length]).toEqual([0, 1]);
    for (const task of turn) task();
    expect(kept.wire.written).toEqual([
      'POST / HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-end: 1\r\n\r\n',
    ]);
    expect(given.wire.written).toEqual([]);
    expect(tunnel.wire.written[0]).toMatch(/^GET .*\r\n\r\nx$/s);
  });

  it('is one packet with a first part that is large', () => {
    const { request } = setUp();
    const body = 'x'.repeat(upstreamLimits.joinedBodyBytesMax + 1);
    const { wire } = request({ method: 'POST', fields: ['content-length', String(body.length)] }, body);
    expect(wire.written.length).toBe(1);
    expect(wire.written[0]?.endsWith(`\r\n\r\n${body}`)).toBe(true);
  });

  it('frames a body without a length in chunks, its trailers behind the last', () => {
    const { request } = setUp();
    const { wire, stream } = request({ method: 'POST', chunked: true }, 'abc', false);
    stream.body(Buffer.from('0123456789abcdef'), 0, 16, false);
    stream.trailers(['grpc-status', '0']);
    expect(wire.written).toEqual([
      'POST / HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n',
      '10\r\n0123456789abcdef\r\n',
      '0\r\ngrpc-status: 0\r\n\r\n',
    ]);
  });

  it('is sent without trailers, and its answer told without, where the cluster does not want them', () => {
    const { request } = setUp(false, { http1Trailers: false });
    const { wire, stream, client } = request({ method: 'POST', chunked: true }, 'abc', false);
    stream.trailers(['x-end', '1']);
    expect(wire.written[1]).toBe('0\r\n\r\n');
    wire.give('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-end: 1\r\n\r\n');
    expect(client.told).toEqual(['head 200 abc', 'end']);
  });

  it('ends a chunked body with its last part, or with nothing', () => {
    const { request } = setUp();
    const first = request({ method: 'POST', chunked: true }, 'abc', true);
    expect(first.wire.written[0]?.endsWith('\r\n\r\n3\r\nabc\r\n0\r\n\r\n')).toBe(true);
    const second = request({ method: 'POST', chunked: true }, '', false);
    second.stream.body(Buffer.from('de'), 0, 2, true);
    const third = request({ method: 'POST', chunked: true }, '', false);
    third.stream.body(Buffer.alloc(0), 0, 0, true);
    const big = request({ method: 'POST', chunked: true }, 'x'.repeat(20_000), true);
    expect(second.wire.written[1]).toBe('2\r\nde\r\n0\r\n\r\n');
    expect(third.wire.written[1]).toBe('0\r\n\r\n');
    expect(big.wire.written[0]).toMatch(/\r\n\r\n4e20\r\nx+\r\n0\r\n\r\n$/);
  });

  it('brings the introduction once on a secured connection, and never on a plain one', () => {
    const introduction = 'x-peer: me\r\n';
    const secured = setUp(true);
    const { wire } = secured.request({ introduction });
    wire.give('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    secured.request({ introduction });
    expect(wire.written).toEqual([
      'GET / HTTP/1.1\r\nhost: a.test\r\nx-peer: me\r\n\r\n',
      'GET / HTTP/1.1\r\nhost: a.test\r\n\r\n',
    ]);
    expect(setUp().request({ introduction }).wire.written).toEqual(['GET / HTTP/1.1\r\nhost: a.test\r\n\r\n']);
  });

  it('says when the wire is full and when it has room again', () => {
    const { request } = setUp();
    const { wire, stream, client } = request({ method: 'POST', fields: ['content-length', '2'] }, '', false);
    wire.needsDrain = true;
    expect(stream.body(Buffer.from('a'), 0, 1, false)).toBe(false);
    wire.needsDrain = false;
    wire.sink.onDrain();
    expect(client.told).toEqual(['drain']);
  });
});

describe('an HTTP/1 answer', () => {
  it.each([
    ['one read', ['HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc'], ['head 200 abc', 'end']],
    [
      'many reads',
      ['HTTP/1.1 2', '00 OK\r\ncontent-length: 3\r\n\r', '\n', 'a', 'bc'],
      ['head 200', 'body a', 'body bc', 'end'],
    ],
    ['no body', ['HTTP/1.1 204 No Content\r\n\r\n'], ['head 204', 'end']],
    [
      'chunks in one read',
      ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
      ['head 200 abc', 'end'],
    ],
    [
      'chunks and trailers',
      ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\ngrpc-status: 0\r\n\r\n'],
      ['head 200 abc', 'body de', 'trailers grpc-status,0', 'end'],
    ],
    [
      'interim heads',
      ['HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na'],
      ['inform 103', 'inform 100', 'head 200 a', 'end'],
    ],
  ])('of %s is told part by part, and its connection serves the next request', (_what, reads, told) => {
    const { request, dialer } = setUp();
    const { client, wire } = request();
    wire.give(...reads);
    expect(client.told).toEqual(told);
    const next = request();
    expect([dialer.dials.length, next.stream.reused]).toEqual([1, true]);
  });

  it('may end with the connection', () => {
    const { request, pools, cluster } = setUp();
    const { client, wire } = request();
    wire.give('HTTP/1.1 200 OK\r\n\r\nabc', 'def');
    wire.giveEnd();
    expect(client.told).toEqual(['head 200 abc', 'body def', 'end']);
    expect(pools.stats(cluster)).toEqual({ connections: 0, active: 0 });
  });

  it.each([
    ['says close', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'],
    ['is of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n'],
    ['is followed by more', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\n'],
  ])('that %s closes the connection', (_what, answer) => {
    const { request } = setUp();
    const { client, wire } = request();
    wire.give(answer);
    expect(client.told).toEqual(['head 200', 'end']);
    expect(wire.closed).toBe(true);
  });

  it('that comes before the request is whole closes the connection', () => {
    const { request } = setUp();
    const { client, wire, stream } = request({ method: 'POST', chunked: true }, 'a', false);
    wire.give('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n');
    expect(client.told).toEqual(['head 413', 'end']);
    expect(wire.closed).toBe(true);
    expect(stream.body(Buffer.from('b'), 0, 1, true)).toBe(true);
    expect(wire.written.length).toBe(1);
  });

  it.each([
    ['before a byte', [], false, 'reset upstream_closed connection_termination ECONNRESET'],
    ['in its head', ['HTTP/1.1 2'], false, 'reset upstream_closed connection_termination ECONNRESET'],
    [
      'in its body',
      ['HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\na'],
      false,
      'reset upstream_malformed protocol_error ECONNRESET',
    ],
    [
      'before a byte, on a used connection',
      [],
      true,
      'reset upstream_closed connection_termination unprocessed ECONNRESET',
    ],
    [
      'in its head, on a used connection',
      ['HTTP/1.1 2'],
      true,
      'reset upstream_closed connection_termination ECONNRESET',
    ],
  ])('cut short %s is a reset', (_what, reads, used, told) => {
    const { request, pools, cluster, endpoint } = setUp();
    if (used) request().wire.give('HTTP/1.1 204 No Content\r\n\r\n');
    const { client, wire } = request();
    wire.give(...reads);
    wire.breakOff('ECONNRESET');
    expect(client.told.at(-1)).toBe(told);
    expect(pools.stats(cluster)).toEqual({ connections: 0, active: 0 });
    expect([endpoint.active, cluster.breakers.default.used]).toEqual([
      0,
      { connections: 0, pending: 0, requests: 0, retries: 0 },
    ]);
  });

  it('cut short by a FIN is a reset too', () => {
    const { request } = setUp();
    const { client, wire } = request();
    wire.give('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n');
    wire.giveEnd();
    expect(client.told.at(-1)).toBe('reset upstream_malformed protocol_error');
    expect(wire.closed).toBe(true);
  });

  it.each([
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', 'content-length-doubled'],
    ['no status line', 'hello\r\n\r\n', 'status-line'],
    ['a bad chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx', 'chunk-size'],
    [
      'an upgrade that nobody asked for',
      'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
      'upgrade-unasked',
    ],
  ])('with %s is refused before its head is told', (_what, answer, rule) => {
    const { request } = setUp();
    const { client, wire } = request();
    wire.give(answer);
    expect(client.told.length).toBe(1);
    expect(client.told[0]).toContain(`reset upstream_malformed protocol_error ${rule}: `);
    expect(wire.closed).toBe(true);
  });

  it('with more interim heads than the bound is refused', () => {
    const { request } = setUp();
    const { client, wire } = request();
    wire.give('HTTP/1.1 103 Early\r\n\r\n'.repeat(upstreamLimits.informationalMax + 1));
    expect(client.told.length).toBe(upstreamLimits.informationalMax + 1);
    expect(client.told.at(-1)).toContain('reset upstream_malformed');
  });

  it('before any request is refused', () => {
    const { pools, cluster, endpoint, dialer } = setUp();
    const client = new RecordingClient();
    pools.acquire(cluster, endpoint, client, options);
    dialer.dials[0]?.ready().give('HTTP/1.1 200 OK\r\n\r\n');
    expect(client.told.at(-1)).toContain('reset upstream_malformed');
  });

  it('is not told after a reset, which may come inside a call and late', () => {
    const { request, dialer } = setUp();
    const { client, wire, stream } = request();
    stream.reset();
    wire.give('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    expect([client.told, wire.closed]).toEqual([[], true]);
    const second = request();
    second.wire.give('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    const third = request();
    second.stream.reset();
    expect([third.wire.closed, dialer.dials.length]).toEqual([false, 2]);
  });

  it('is held back by pause, and the connection reads again when it is free', () => {
    const { request } = setUp();
    const { wire, stream } = request();
    stream.pause();
    expect(wire.paused).toBe(true);
    wire.give('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    expect(wire.paused).toBe(false);
  });
});

describe('a tunnel over HTTP/1', () => {
  const upgraded = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nhello';

  it('has its first bytes told with the head, and gives its wire away', () => {
    const { request, pools, cluster } = setUp();
    const { client, wire, stream } = request({ upgrade: 'websocket' }, '', false, { exclusive: true });
    expect(wire.written[0]).toContain('connection: upgrade\r\nupgrade: websocket\r\n\r\n');
    wire.give(upgraded);
    expect(client.told).toEqual(['head 101 hello']);
    expect(stream.takeWire()).toBe(wire);
    expect(pools.stats(cluster)).toEqual({ connections: 1, active: 1 });
    stream.finishTunnel();
    stream.finishTunnel();
    expect(pools.stats(cluster)).toEqual({ connections: 0, active: 0 });
  });

  it('carries bytes as they are where the wire is left here, each direction to its own end', () => {
    const { request, pools, cluster } = setUp();
    const { client, wire, stream } = request({ upgrade: 'websocket' }, '', false, { exclusive: true });
    wire.give(upgraded, 'more');
    stream.body(Buffer.from('mine'), 0, 4, false);
    wire.giveEnd();
    stream.body(Buffer.from('last'), 0, 4, true);
    expect(client.told).toEqual(['head 101 hello', 'body more', 'end']);
    expect(wire.written.slice(1)).toEqual(['mine', 'last']);
    expect(wire.finished).toBe(true);
    expect(pools.stats(cluster)).toEqual({ connections: 0, active: 0 });
  });

  it('is not made of an answer that refuses the upgrade, nor used again by others', () => {
    const { request, dialer } = setUp();
    const { client, wire } = request({ upgrade: 'websocket' }, '', true, { exclusive: true });
    wire.give('HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\nno');
    expect(client.told).toEqual(['head 400 no', 'end']);
    expect(wire.closed).toBe(true);
    request();
    expect(dialer.dials.length).toBe(2);
  });

  it('begins before a byte was sent for a CONNECT, on a connection that was never used', () => {
    const { pools, cluster, endpoint, dialer, request } = setUp();
    request().wire.give('HTTP/1.1 204 No Content\r\n\r\n');
    const client = new RecordingClient();
    pools.acquire(cluster, endpoint, client, { ...options, exclusive: true });
    const wire = dialer.dials[1]?.ready();
    expect(client.stream?.takeWire()).toBe(wire);
    expect(wire?.written).toEqual([]);
  });
});
