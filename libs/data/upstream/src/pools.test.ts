/** The bounds of pools, with a dialer and wires that a test moves by hand. */

import type { Endpoint } from '@weft/data-runtime';
import { testEndpoint } from '@weft/data-runtime/testing';
import { createManualClock } from '@weft/kernel';
import { afterEach, describe, expect, it } from 'vitest';
import { FlushQueue } from './flush-queue.ts';
import { upstreamLimits } from './limits.ts';
import { createUpstreamPools, sweepPeriodMs } from './pools.ts';
import { createFakeDialer } from './testing/fake-dialer.ts';
import type { FakeWire } from './testing/fake-wire.ts';
import { outgoing, RecordingClient } from './testing/recording-client.ts';
import { meshTls, type TestClusterChanges, testCluster } from './testing/test-cluster.ts';
import type { AcquireOptions, UpstreamPools } from './upstream-stream.ts';

const options: AcquireOptions = {
  protocol: 'HTTP/1.1',
  priority: 'default',
  exclusive: false,
  authority: '',
  proxyHeader: undefined,
};
const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
const opened: UpstreamPools[] = [];

afterEach(() => {
  for (const pools of opened.splice(0)) pools.close();
});

function setUp(changes: TestClusterChanges = {}, endpointCount = 1, endpointChanges = {}) {
  const clock = createManualClock();
  const dialer = createFakeDialer();
  const endpoints = Array.from({ length: endpointCount }, (_, i) =>
    testEndpoint({ address: `10.0.0.${i}`, ...endpointChanges }),
  );
  const cluster = testCluster({ ...changes, endpoints });
  const turn: (() => void)[] = [];
  const soon = (task: () => void): void => {
    turn.push(task);
    setImmediate(endTurn);
  };
  const endTurn = (): void => {
    for (const task of turn.splice(0)) task();
  };
  const pools = createUpstreamPools({ clock, dialer, flushes: new FlushQueue({ ...clock, soon }) });
  opened.push(pools);
  const acquire = (endpoint = endpoints[0], change: Partial<AcquireOptions> = {}) => {
    if (endpoint === undefined) throw new Error('no such endpoint');
    const client = new RecordingClient((stream) => void stream.send(outgoing(), undefined, 0, 0, true));
    const waiter = pools.acquire(cluster, endpoint, client, { ...options, ...change });
    return { client, waiter };
  };
  const { used } = cluster.breakers.default;
  return { clock, pools, cluster, endpoints, dialer, dials: dialer.dials, acquire, endTurn, used };
}

const overflow = ['failed upstream_overflow overflow overflow'];

describe('pools of HTTP/1', () => {
  it('dial for the first request and lend the idle connection to the next', () => {
    const { dials, acquire, endpoints, used } = setUp();
    const first = acquire();
    expect([endpoints[0]?.active, used]).toEqual([1, { connections: 1, pending: 1, requests: 0, retries: 0 }]);
    dials[0]?.ready();
    expect(used).toEqual({ connections: 1, pending: 0, requests: 1, retries: 0 });
    dials[0]?.wire.give(answer);
    expect([first.client.told, endpoints[0]?.active]).toEqual([['ready', 'head 200', 'end'], 0]);
    const second = acquire();
    expect([second.waiter, second.client.stream?.reused, dials.length]).toEqual([undefined, true, 1]);
  });

  it('count for each endpoint what was made, what failed and what was given', () => {
    const { dials, acquire, endpoints } = setUp();
    acquire();
    acquire();
    dials[0]?.ready();
    dials[1]?.fail('upstream_connect_failed');
    expect(endpoints[0]?.counts).toMatchObject({
      connections: 1,
      connectionsTotal: 2,
      connectFailures: 1,
      requestsTotal: 1,
    });
    dials[0]?.wire.give(answer);
    acquire();
    dials[0]?.wire.breakOff('ECONNRESET');
    expect(endpoints[0]?.counts).toMatchObject({ connections: 0, connectionsTotal: 2, requestsTotal: 2 });
  });

  it('lend the connection that was used last', () => {
    const { dials, acquire, endTurn } = setUp();
    acquire();
    acquire();
    for (const dial of dials) dial.ready();
    endTurn();
    dials[1]?.wire.give(answer);
    dials[0]?.wire.give(answer);
    acquire();
    endTurn();
    expect(dials.map((dial) => dial.wire.written.length)).toEqual([2, 1]);
  });

  it('keep no more idle connections than their bound', () => {
    const { dials, acquire, pools, cluster } = setUp({ limits: { idleConnectionsMax: 1 } });
    acquire();
    acquire();
    for (const dial of dials) dial.ready();
    for (const dial of dials) dial.wire.give(answer);
    expect(pools.stats(cluster)).toEqual({ connections: 1, active: 0 });
  });

  it('queue past their connections, fail past their queue, and serve the queue in order', () => {
    const { dials, acquire, used } = setUp({ breaker: { connectionsMax: 1, pendingMax: 2 } });
    acquire();
    dials[0]?.ready();
    const waiting = [acquire().client, acquire().client];
    expect(acquire().client.told).toEqual(overflow);
    dials[0]?.wire.give(answer);
    expect(waiting.map((client) => client.told.length)).toEqual([1, 0]);
    dials[0]?.wire.give(answer);
    expect(waiting.map((client) => client.told.length)).toEqual([3, 1]);
    expect([dials.length, used]).toEqual([1, { connections: 1, pending: 0, requests: 1, retries: 0 }]);
  });

  it('fail past their requests', () => {
    const { dials, acquire } = setUp({ breaker: { requestsMax: 1 } });
    acquire();
    dials[0]?.ready();
    const second = acquire();
    dials[1]?.ready();
    expect(second.client.told).toEqual(overflow);
    expect(acquire().client.told).toEqual(overflow);
  });

  it('make one connection to an endpoint that has none, past their bound, as Envoy does', () => {
    const { dials, acquire, endpoints, used } = setUp({ breaker: { connectionsMax: 1 } }, 2);
    acquire(endpoints[0]);
    acquire(endpoints[1]);
    acquire(endpoints[1]);
    expect([dials.length, used.connections]).toEqual([2, 2]);
  });

  it('count each priority by itself', () => {
    const { dials, acquire, cluster } = setUp({ breaker: { pendingMax: 1, connectionsMax: 0 } });
    acquire();
    expect(acquire().client.told).toEqual(overflow);
    acquire(undefined, { priority: 'high' });
    expect([dials.length, cluster.breakers.high.used.pending]).toEqual([2, 1]);
  });

  it('give what waits a new connection when one breaks', () => {
    const { dials, acquire } = setUp({ breaker: { connectionsMax: 1 } });
    acquire();
    dials[0]?.ready();
    const second = acquire().client;
    dials[0]?.wire.breakOff();
    dials[1]?.ready();
    expect(second.told).toEqual(['ready']);
  });

  it('forget a request that went away, and keep the connection that was made for it', () => {
    const { dials, acquire, used, endpoints } = setUp();
    const { client, waiter } = acquire();
    waiter?.cancel();
    waiter?.cancel();
    dials[0]?.ready();
    expect([client.told, used.pending, endpoints[0]?.active]).toEqual([[], 0, 0]);
    expect(acquire().client.told).toEqual(['ready']);
  });

  it('fail all that wait for an endpoint that refuses connections', () => {
    const { dials, acquire, used, endpoints, pools, cluster } = setUp();
    const clients = [acquire().client, acquire().client];
    dials[0]?.fail('upstream_connect_failed', 'connection_timeout');
    const told = 'failed upstream_connect_failed connection_timeout test';
    expect(clients.map((client) => client.told)).toEqual([[told], [told]]);
    dials[1]?.fail('upstream_connect_failed');
    expect(used).toEqual({ connections: 0, pending: 0, requests: 0, retries: 0 });
    expect([endpoints[0]?.active, pools.stats(cluster)]).toEqual([0, { connections: 0, active: 0 }]);
  });

  it('close what is idle too long, sooner where the server says so, what is old, and what belongs to no endpoint', () => {
    const { dials, acquire, pools, cluster, clock, endTurn } = setUp({
      limits: { idleTimeoutMs: 5_000, connectionDurationMaxMs: 9_000 },
    });
    const serve = (text = answer): void => {
      acquire();
      endTurn();
      if (dials.at(-1)?.wire.written.length === 0) dials.at(-1)?.ready();
      endTurn();
      dials.at(-1)?.wire.give(text);
    };
    const connections = () => pools.stats(cluster).connections;
    serve();
    clock.advance(4_000);
    expect(connections()).toBe(1);
    clock.advance(1_000);
    expect(connections()).toBe(0);
    serve('HTTP/1.1 200 OK\r\nkeep-alive: timeout=3\r\ncontent-length: 0\r\n\r\n');
    clock.advance(2_000);
    expect(connections()).toBe(0);
    for (let i = 0; i < 3; i += 1) {
      serve();
      clock.advance(3_000);
    }
    expect(connections()).toBe(0);
    serve();
    cluster.endpoints = [];
    clock.advance(sweepPeriodMs);
    expect(connections()).toBe(0);
  });

  it('use a connection for as many requests as it may carry', () => {
    const { dials, acquire, endTurn } = setUp({ limits: { requestsPerConnectionMax: 2 } });
    for (let i = 0; i < 3; i += 1) {
      acquire();
      endTurn();
      if (dials.at(-1)?.wire.written.length === 0) dials.at(-1)?.ready();
      endTurn();
      dials.at(-1)?.wire.give(answer);
    }
    expect(dials.map((dial) => [dial.wire.written.length, dial.wire.closed])).toEqual([
      [2, true],
      [1, false],
    ]);
  });

  it.each([
    ['says something', (wire: FakeWire) => wire.give('HTTP/1.1 408 Request Timeout\r\n\r\n')],
    ['ends', (wire: FakeWire) => wire.giveEnd()],
    ['breaks', (wire: FakeWire) => wire.breakOff()],
  ])('drop an idle connection that %s', (_what, happen) => {
    const { dials, acquire, pools, cluster } = setUp();
    acquire();
    dials[0]?.ready().give(answer);
    happen(dials[0]?.wire as FakeWire);
    expect(pools.stats(cluster).connections).toBe(0);
    acquire();
    expect(dials.length).toBe(2);
  });

  it('do not lend a connection that was secured for another identity', () => {
    const { dials, acquire, endpoints } = setUp({}, 1, { tls: meshTls });
    acquire();
    dials[0]?.ready().give(answer);
    if (endpoints[0] !== undefined) endpoints[0].tls = { ...meshTls, expectedUris: ['spiffe://other'] };
    acquire();
    expect([dials.length, dials[0]?.wire.closed]).toEqual([2, true]);
  });

  it('forget an endpoint: idle connections end now, those in use when they are free', () => {
    const { dials, acquire, pools, endpoints, cluster } = setUp();
    acquire();
    acquire();
    for (const dial of dials) dial.ready();
    dials[0]?.wire.give(answer);
    if (endpoints[0] !== undefined) pools.forget(endpoints[0]);
    expect([dials[0]?.wire.closed, dials[1]?.wire.closed]).toEqual([true, false]);
    dials[1]?.wire.give(answer);
    expect([dials[1]?.wire.closed, pools.stats(cluster).connections]).toEqual([true, 0]);
  });

  it('keep connections with another PROXY header apart, and those with a name of their own', () => {
    const { dials, acquire, endpoints, endTurn } = setUp({}, 1, {
      tls: { ...meshTls, verify: 'public', autoSni: true },
    });
    const with_ = (proxyHeader: string, authority: string) => ({ proxyHeader: Buffer.from(proxyHeader), authority });
    for (const [header, authority] of [
      ['a', 'x'],
      ['b', 'x'],
      ['a', 'y'],
      ['a', 'x'],
    ] as const) {
      acquire(endpoints[0], with_(header, authority));
      endTurn();
      if (dials.at(-1)?.wire.written.length === 0) dials.at(-1)?.ready();
      endTurn();
      dials.at(-1)?.wire.give(answer);
    }
    expect(dials.map(({ options }) => [String(options.proxyHeader), options.authority])).toEqual([
      ['a', 'x'],
      ['b', 'x'],
      ['a', 'y'],
    ]);
    expect(dials[0]?.wire.written.length).toBe(2);
  });

  it('give up what they are dialling when they are closed, and keep what still waits', () => {
    const { dials, acquire, pools, cluster, clock } = setUp();
    const { waiter } = acquire();
    const second = acquire();
    pools.close();
    expect(dials.map(({ cancelled }) => cancelled)).toEqual([false, false]);
    dials[1]?.ready();
    waiter?.cancel();
    dials[1]?.wire.give(answer);
    second.waiter?.cancel();
    expect([dials[1]?.wire.closed, pools.stats(cluster).connections, clock.pending()]).toEqual([true, 0, 0]);
  });

  it('wait no longer than their bound for an ended connection to close', () => {
    const { pools, cluster, endpoints, dials, clock } = setUp();
    const head = outgoing({ upgrade: 'x' });
    const client = new RecordingClient((stream) => void stream.send(head, undefined, 0, 0, false));
    pools.acquire(cluster, endpoints[0] as Endpoint, client, { ...options, exclusive: true });
    const wire = dials[0]?.ready();
    wire?.give('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
    wire?.giveEnd();
    client.stream?.body(Buffer.alloc(0), 0, 0, true);
    expect([wire?.finished, wire?.closed]).toEqual([true, false]);
    clock.advance(upstreamLimits.lingerMs + sweepPeriodMs);
    expect(wire?.closed).toBe(true);
  });
});

describe('the choice of a protocol', () => {
  const mesh = { tls: meshTls };
  it.each([
    ['an HTTP/1 cluster', { protocol: 'http1', multiplex: false }, {}, ['istio-http/1.1', 'istio', 'http/1.1']],
    [
      'one that multiplexes',
      { protocol: 'http1', multiplex: true },
      {},
      ['weft-h2', 'istio-http/1.1', 'istio', 'http/1.1'],
    ],
    [
      'a request that needs a connection of its own',
      { protocol: 'http1', multiplex: true },
      { exclusive: true },
      ['istio-http/1.1', 'istio', 'http/1.1'],
    ],
    ['an HTTP/2 cluster', { protocol: 'http2', multiplex: true }, {}, ['istio-h2', 'istio', 'h2']],
    [
      'a cluster that asks ALPN',
      { protocol: 'auto', multiplex: true },
      {},
      ['h2', 'istio-http/1.1', 'istio', 'http/1.1'],
    ],
    [
      'a gRPC request where the client decides',
      { protocol: 'downstream', multiplex: true },
      { protocol: 'HTTP/2' },
      ['istio-h2', 'istio', 'h2'],
    ],
    [
      'an HTTP/1 request where the client decides',
      { protocol: 'downstream', multiplex: false },
      {},
      ['istio-http/1.1', 'istio', 'http/1.1'],
    ],
  ] as const)('offers what suits %s', (_what, http, change, alpn) => {
    const { dials, acquire, endpoints } = setUp({ http }, 1, mesh);
    acquire(endpoints[0], change);
    expect(dials[0]?.options.alpn).toEqual(alpn);
  });

  it('opens a plain HTTP/1 connection for each where a connection serves one request', () => {
    const change = { http: { protocol: 'http1', multiplex: true }, limits: { requestsPerConnectionMax: 1 } } as const;
    const { dials, acquire } = setUp(change, 1, mesh);
    acquire();
    acquire();
    expect(dials.map(({ options }) => options.alpn?.[0])).toEqual(['istio-http/1.1', 'istio-http/1.1']);
  });

  it('waits for the first connection before it opens more, and then knows', () => {
    const { dials, acquire } = setUp({ http: { protocol: 'http1', multiplex: true } }, 1, mesh);
    const clients = Array.from({ length: 5 }, () => acquire().client);
    expect(dials.length).toBe(1);
    dials[0]?.ready('istio-http/1.1');
    expect([clients[0]?.told, dials.length]).toEqual([['ready'], 5]);
    for (const dial of dials.slice(1)) dial.ready('istio-http/1.1');
    expect(clients.map((client) => client.stream?.protocol)).toEqual(clients.map(() => 'HTTP/1.1'));
  });

  it('carries all of them on one connection where the peer is a Weft sidecar', async () => {
    const { dials, acquire, pools, cluster } = setUp({ http: { protocol: 'http1', multiplex: true } }, 1, mesh);
    const clients = Array.from({ length: 5 }, () => acquire().client);
    const wire = dials[0]?.ready('weft-h2');
    expect(clients.map((client) => client.stream?.protocol)).toEqual(clients.map(() => 'HTTP/2'));
    await new Promise(setImmediate);
    expect(wire?.written.length).toBe(1);
    expect([dials.length, pools.stats(cluster)]).toEqual([1, { connections: 1, active: 5 }]);
  });

  it('follows an endpoint that speaks otherwise after it was started anew', () => {
    const { dials, acquire } = setUp({ http: { protocol: 'http1', multiplex: true } }, 1, mesh);
    acquire();
    dials[0]?.ready('weft-h2').breakOff();
    const clients = [acquire().client, acquire().client];
    expect(dials.length).toBe(2);
    dials[1]?.ready('http/1.1');
    expect(dials.length).toBe(3);
    dials[2]?.ready('weft-h2');
    expect(clients.map((client) => client.stream?.protocol)).toEqual(['HTTP/1.1', 'HTTP/2']);
  });
});
