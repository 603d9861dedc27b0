/** Where the TCP proxy sends a connection: attempts, weights, SNI, original destinations, tunnels, PROXY headers, hashes. */

import type { PickContext } from '@weft/data-runtime';
import { freePort } from '@weft/kernel/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { makeTarget } from '../http/testing/tables.ts';
import { testCluster, testEndpoint, testTcpTable } from '../listeners/testing/tables.ts';
import { clusterTo, dial, listen, proxy, readAll, stopAll } from './testing/rig.ts';

afterEach(stopAll);

describe('the targets of the TCP proxy', () => {
  it('tries other endpoints as often as it may, and tells who failed', async () => {
    const dead = await freePort();
    const good = await listen((socket) => socket.pipe(socket));
    const endpoints = [testEndpoint(dead), testEndpoint(good)];
    const observed: unknown[] = [];
    const asked: (PickContext | undefined)[] = [];
    const cluster = testCluster(undefined, {
      endpoints,
      pick(context) {
        asked.push(context && { ...context, avoid: [...context.avoid] });
        return endpoints.find((endpoint) => context?.avoid.includes(endpoint) !== true);
      },
      observe: (endpoint, outcome) => void observed.push([endpoint.port, outcome.local]),
    });
    const once = await proxy(testTcpTable(cluster));
    dial(once.port);
    expect(await once.line()).toMatchObject({ response_flags: 'UF,URX', attempts: 1 });
    const twice = await proxy(testTcpTable(cluster, { connectAttemptsMax: 2 }));
    const client = dial(twice.port);
    client.end('over the second');
    expect(await readAll(client)).toBe('over the second');
    expect(await twice.line()).toMatchObject({ response_flags: '-', upstream_host: `127.0.0.1:${good}`, attempts: 2 });
    expect(asked.at(-1)?.avoid).toEqual([endpoints[0]]);
    expect(observed).toEqual([
      [dead, 'connect-failed'],
      [dead, 'connect-failed'],
    ]);
    expect(cluster.breakers.default.used.connections).toBe(0);
  });

  it('goes to weighted targets, and to the cluster that the SNI names', async () => {
    const [a, b] = await Promise.all(['a', 'b'].map((name) => listen((socket) => socket.end(name))));
    const targets = [a, b].map((port) => makeTarget(clusterTo(port ?? 0)));
    const pick = (random: () => number) => (random() < 0.5 ? targets[0] : targets[1]) as (typeof targets)[0];
    const weighted = await proxy(testTcpTable(undefined, { pick, targets }));
    const seen = new Set<string>();
    while (seen.size < 2) {
      const client = dial(weighted.port);
      seen.add(await readAll(client));
      client.end();
    }
    const bySni = () => targets[1] as (typeof targets)[0];
    const named = await proxy(testTcpTable(clusterTo(a ?? 0), { bySni }), { sni: 'outbound_.80_._.b' });
    expect(await readAll(dial(named.port))).toBe('b');
    const nameless = await proxy(testTcpTable(clusterTo(a ?? 0), { bySni }));
    expect(await readAll(dial(nameless.port))).toBe('a');
  });

  it('goes where the client wanted, and nowhere where that is not known', async () => {
    const upstream = await listen((socket) => socket.end('there'));
    const made: string[] = [];
    const cluster = testCluster(undefined, {
      originalDestination(address) {
        made.push(address);
        return testEndpoint(upstream);
      },
    });
    const captured = await proxy(testTcpTable(cluster), { destination: '10.0.0.7:5432' });
    expect(await readAll(dial(captured.port))).toBe('there');
    const direct = await proxy(testTcpTable(cluster));
    dial(direct.port);
    expect(await direct.line()).toMatchObject({ response_flags: 'UH' });
    expect(made).toEqual(['10.0.0.7:5432']);
  });

  it('asks an HTTP proxy for a tunnel, and says why there is none', async () => {
    const asked: string[] = [];
    const upstream = await listen((socket) => {
      socket.once('data', (head: Buffer) => {
        asked.push(head.toString());
        socket.write(asked.length === 1 ? 'HTTP/1.1 200 OK\r\n\r\nfirst words, ' : 'HTTP/1.1 403 No\r\n\r\n');
        socket.pipe(socket);
      });
    });
    const table = testTcpTable(clusterTo(upstream), { tunnelHost: 'db.test:5432' });
    const { port, line } = await proxy(table);
    const client = dial(port);
    client.end('then mine');
    expect(await readAll(client)).toBe('first words, then mine');
    expect(asked).toEqual(['CONNECT db.test:5432 HTTP/1.1\r\nhost: db.test:5432\r\n\r\n']);
    expect(await line()).toMatchObject({ response_flags: '-' });
    dial(port);
    expect(await line()).toMatchObject({
      upstream_transport_failure_reason: 'the proxy answers CONNECT with 403',
      bytes_sent: 0,
    });
  });

  it('begins a connection with a PROXY header where its cluster wants one', async () => {
    const upstream = await listen((socket) => socket.pipe(socket));
    const { port } = await proxy(testTcpTable(clusterTo(upstream, { proxyProtocol: 1 })), {
      destination: '127.0.0.9:80',
    });
    const client = dial(port);
    client.end('words');
    expect(await readAll(client)).toMatch(/^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.9 \d+ 80\r\nwords$/);
  });

  it('hashes the address of the client without its port', async () => {
    const upstream = await listen((socket) => socket.end());
    const hashes: (number | undefined)[] = [];
    const cluster = testCluster(undefined, {
      pick(context) {
        hashes.push(context?.hash);
        return testEndpoint(upstream);
      },
    });
    const { port, line } = await proxy(testTcpTable(cluster, { hash: 'source-ip' }));
    for (let nth = 0; nth < 2; nth += 1) {
      dial(port).resume().end();
      await line();
    }
    expect(hashes[0]).toBeTypeOf('number');
    expect(hashes[1]).toBe(hashes[0]);
  });
});
