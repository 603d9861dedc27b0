/** The bounds of a cluster's pool, with a dialer and sockets that a test moves by hand. */

import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Cluster, ClusterLimits, Endpoint } from '@weft/data-runtime';
import type { ErrorCode } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { ClusterPool } from './cluster-pool.ts';
import type { Dialer } from './dial.ts';
import type { UpstreamClient, UpstreamConnection } from './upstream-connection.ts';
import { Wire } from './wire.ts';

class FakeSocket extends EventEmitter {
  destroyed = false;
  destroy(): void {
    this.destroyed = true;
  }
}

interface Dial {
  readonly target: Endpoint;
  ready(): void;
  fail(code: ErrorCode): void;
  cancelled: boolean;
}

class Client implements UpstreamClient {
  connection: UpstreamConnection | undefined;
  failed: ErrorCode | undefined;
  closed = false;
  onUpstreamReady(connection: UpstreamConnection): void {
    this.connection = connection;
  }
  onUpstreamFailed(code: ErrorCode): void {
    this.failed = code;
  }
  onUpstreamData(): void {}
  onUpstreamEnd(): void {}
  onUpstreamDrain(): void {}
  onUpstreamClosed(): void {
    this.closed = true;
  }
}

function setUp(changes: Partial<ClusterLimits> = {}, endpointCount = 1) {
  const from = { resource: '', file: '', line: 0, rule: 'test' };
  const word = 'x';
  const workload = {
    workload: word,
    namespace: word,
    app: word,
    version: word,
    canonicalService: word,
    canonicalRevision: word,
    cluster: word,
  };
  const endpoints = Array.from({ length: endpointCount }, (_, i): Endpoint => {
    const address = `10.0.0.${i}`;
    return {
      address,
      port: 80,
      hostPort: `${address}:80`,
      weight: 1,
      healthy: true,
      tls: undefined,
      workload,
      active: 0,
    };
  });
  const limits = {
    connectionsMax: 2,
    pendingRequestsMax: 1,
    requestsMax: 10,
    idleConnectionsMax: 1,
    idleTimeoutMs: 1_000,
    ...changes,
  };
  const living = { endpoints: [...endpoints] };
  const cluster: Cluster = {
    name: 'c',
    from,
    connectTimeoutMs: 1,
    protocol: 'http1',
    limits,
    get endpoints() {
      return living.endpoints;
    },
    pick: () => endpoints[0],
    service: { host: '', name: '', namespace: '' },
  };
  const dials: Dial[] = [];
  const dialer: Dialer = {
    dial(target, _, onReady, onFailed) {
      const dial: Dial = {
        target: target as Endpoint,
        ready: () => onReady(wireOf(), { peerUri: undefined, alpn: '' }),
        fail: (code) => onFailed(code, 'test'),
        cancelled: false,
      };
      dials.push(dial);
      return () => {
        dial.cancelled = true;
      };
    },
  };
  const pool = new ClusterPool(cluster, dialer);
  const acquire = (endpoint = endpoints[0] as Endpoint, fresh = false) => {
    const client = new Client();
    const waiter = pool.acquire(endpoint, client, fresh);
    return { client, waiter };
  };
  return { pool, dials, endpoints, living, acquire };
}

function wireOf(): Wire {
  const wire = new Wire(new FakeSocket() as unknown as Socket);
  wire.listen(false);
  return wire;
}

describe('a pool', () => {
  it('dials for the first request and lends the idle connection to the next', () => {
    const { pool, dials, acquire, endpoints } = setUp();
    const first = acquire();
    expect(first.client.connection).toBeUndefined();
    dials[0]?.ready();
    expect(first.client.connection?.reused).toBe(false);
    expect(endpoints[0]?.active).toBe(1);
    first.client.connection?.release(0);
    expect(endpoints[0]?.active).toBe(0);
    const second = acquire();
    expect(second.waiter).toBeUndefined();
    expect(second.client.connection?.reused).toBe(true);
    expect(dials.length).toBe(1);
    expect(pool.connections).toBe(1);
  });

  it('lends the connection that was used last', () => {
    const { dials, acquire } = setUp({ idleConnectionsMax: 2 });
    const clients = [acquire().client, acquire().client];
    for (const dial of dials) dial.ready();
    const [older, newer] = clients.map((client) => client.connection);
    older?.release(0);
    newer?.release(0);
    expect(acquire().client.connection).toBe(newer);
  });

  it('keeps no more idle connections than its bound', () => {
    const { pool, dials, acquire } = setUp({ idleConnectionsMax: 1 });
    const clients = [acquire().client, acquire().client];
    for (const dial of dials) dial.ready();
    for (const client of clients) client.connection?.release(0);
    expect(pool.connections).toBe(1);
  });

  it('queues past its connections, fails past its queue, and serves the queue in order', () => {
    const { dials, acquire } = setUp({ connectionsMax: 1, pendingRequestsMax: 1 });
    const first = acquire().client;
    dials[0]?.ready();
    const second = acquire().client;
    const third = acquire().client;
    expect(third.failed).toBe('upstream_overflow');
    expect(second.connection).toBeUndefined();
    const connection = first.connection;
    connection?.release(0);
    expect(second.connection).toBe(connection);
    expect(dials.length).toBe(1);
  });

  it('fails past its requests', () => {
    const { acquire } = setUp({ requestsMax: 1 });
    acquire();
    expect(acquire().client.failed).toBe('upstream_overflow');
  });

  it('makes room by closing an idle connection to another endpoint', () => {
    const { dials, acquire, endpoints } = setUp({ connectionsMax: 1 }, 2);
    const first = acquire(endpoints[0]).client;
    dials[0]?.ready();
    first.connection?.release(0);
    acquire(endpoints[1]);
    expect(dials[1]?.target).toBe(endpoints[1]);
  });

  it('gives the queue a new connection when one breaks', () => {
    const { dials, acquire } = setUp({ connectionsMax: 1 });
    const first = acquire().client;
    dials[0]?.ready();
    const second = acquire().client;
    first.connection?.destroy();
    dials[1]?.ready();
    expect(second.connection).toBeDefined();
  });

  it('forgets a request that went away, and keeps the connection that was made for it', () => {
    const { pool, dials, acquire } = setUp();
    const { client, waiter } = acquire();
    waiter?.cancel();
    dials[0]?.ready();
    expect(client.connection).toBeUndefined();
    expect(pool.active).toBe(0);
    expect(acquire().client.connection).toBeDefined();
  });

  it('tells why there is no connection', () => {
    const { pool, dials, acquire, endpoints } = setUp();
    const { client } = acquire();
    dials[0]?.fail('upstream_identity');
    expect(client.failed).toBe('upstream_identity');
    expect([pool.connections, pool.active, endpoints[0]?.active]).toEqual([0, 0, 0]);
  });

  it('closes what is idle too long, sooner where the server says so, and what belongs to no endpoint', () => {
    const { pool, dials, acquire, living } = setUp({ idleTimeoutMs: 5_000 });
    const lend = (): UpstreamConnection | undefined => {
      const { client } = acquire();
      dials.at(-1)?.ready();
      return client.connection;
    };
    lend()?.release(0);
    pool.sweep(4_999);
    expect(pool.connections).toBe(1);
    pool.sweep(5_000);
    expect(pool.connections).toBe(0);
    lend()?.release(3);
    pool.sweep(6_600);
    expect(pool.connections).toBe(0);
    lend()?.release(0);
    living.endpoints = [];
    expect(pool.sweep(6_601)).toBe(true);
  });

  it('closes an idle connection that says something', () => {
    const { pool, dials, acquire } = setUp();
    const { client } = acquire();
    dials[0]?.ready();
    const connection = client.connection;
    connection?.release(0);
    connection?.onData(Buffer.from('HTTP/1.1 408 Request Timeout\r\n\r\n'));
    expect(pool.connections).toBe(0);
    expect(connection?.usable).toBe(false);
  });

  it('tells a client once that its connection broke', () => {
    const { pool, dials, acquire } = setUp();
    const { client } = acquire();
    dials[0]?.ready();
    client.connection?.wire.socket.emit('close');
    expect(client.closed).toBe(true);
    expect([pool.connections, pool.active]).toEqual([0, 0]);
  });

  it('gives up what it is dialling when it is closed', () => {
    const { pool, dials, acquire } = setUp();
    acquire();
    pool.close();
    expect(dials[0]?.cancelled).toBe(true);
    expect(pool.connections).toBe(0);
  });
});
