/** Dialling real servers: plain and secured ones, silent ones, and none. */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { UpstreamTls } from '@weft/data-runtime';
import { createManualClock, type ErrorCode } from '@weft/kernel';
import { freePort } from '@weft/kernel/testing';
import { createClientTls, createServerTls, materialSecrets } from '@weft/tls';
import { createTestCa } from '@weft/tls/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createDialer, type DialedPeer, type DialOptions } from './dial.ts';
import { meshTls } from './testing/test-cluster.ts';
import type { Wire } from './wire.ts';

const uri = 'spiffe://cluster.local/ns/shop/sa/order';
const servers: Server[] = [];
const wires: Wire[] = [];

afterEach(() => {
  for (const wire of wires.splice(0)) wire.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function portOf(server: Server): Promise<number> {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

interface Outcome {
  readonly text: string;
  readonly peer: DialedPeer | undefined;
  readonly code: ErrorCode | undefined;
}

/** Dials and reads to the end. */
async function outcome(
  port: number,
  tls: UpstreamTls | undefined,
  options: DialOptions = {},
  address = '127.0.0.1',
): Promise<Outcome> {
  const ca = await sharedCa;
  const material = await ca.issue([uri]);
  const clock = createManualClock(Date.now());
  const dialer = createDialer({
    clock,
    tls: createClientTls(materialSecrets(() => material)),
    trustDomain: 'cluster.local',
  });
  return new Promise((resolve) => {
    dialer.dial(
      { address, port, tls },
      1_000,
      (wire, peer) => {
        wires.push(wire);
        let text = '';
        wire.sink = {
          onData(chunk) {
            text += chunk.toString();
          },
          onEnd: () => resolve({ text, peer, code: undefined }),
          onDrain() {},
          onClose() {},
        };
      },
      (code) => resolve({ text: '', peer: undefined, code }),
      options,
    );
  });
}

const sharedCa = createTestCa(Date.now());
const secure = (expected: string): UpstreamTls => ({ ...meshTls, alpn: ['istio'], expectedUris: [expected] });

/** @param skip octets before the handshake. */
async function secureServer(skip = 0): Promise<number> {
  const material = await (await sharedCa).issue([uri]);
  const tls = createServerTls({
    secrets: materialSecrets(() => material),
    tls: {
      ...meshTls,
      alpn: ['istio'],
      clientCertificate: 'mesh',
      requireClientCertificate: true,
      allowedUriPrefixes: [],
      sessionTickets: true,
      sessionLifeSeconds: 0,
    },
    onSecure: (socket) => {
      socket.on('error', () => {});
      socket.end('the server speaks first');
    },
    onRefused() {},
  });
  return portOf(
    createServer({ pauseOnConnect: true }, (socket) => {
      socket.on('error', () => {});
      if (skip === 0) tls.accept(socket);
      else {
        socket.once('readable', () => {
          socket.read(skip);
          tls.accept(socket);
        });
      }
    }),
  );
}

describe('dialling', () => {
  it('gives a wire to a plain server', async () => {
    const port = await portOf(createServer((socket) => void socket.end('hello')));
    expect(await outcome(port, undefined)).toMatchObject({ text: 'hello', peer: { peerUri: undefined } });
  });

  it('loses nothing that a secured server says first, and knows who it is', async () => {
    const port = await secureServer();
    for (let round = 0; round < 3; round += 1) {
      expect(await outcome(port, secure(uri))).toMatchObject({
        text: 'the server speaks first',
        peer: { peerUri: uri, alpn: 'istio' },
      });
    }
  });

  it('refuses a server of another identity', async () => {
    const port = await secureServer();
    expect(await outcome(port, secure('spiffe://cluster.local/ns/shop/sa/payment'))).toMatchObject({
      code: 'upstream_identity',
    });
  });

  it('begins with the PROXY header, in clear, and reads what comes after the handshake', async () => {
    const proxyHeader = Buffer.from('PROXY UNKNOWN\r\n');
    const plain = await portOf(
      createServer((socket) => void socket.once('data', (chunk: Buffer) => void socket.end(`got ${String(chunk)}`))),
    );
    expect(await outcome(plain, undefined, { proxyHeader })).toMatchObject({ text: 'got PROXY UNKNOWN\r\n' });
    const secured = await secureServer(proxyHeader.length);
    expect(await outcome(secured, secure(uri), { proxyHeader })).toMatchObject({ text: 'the server speaks first' });
  });

  it('says that nobody listens', async () => {
    expect(await outcome(await freePort(), undefined)).toMatchObject({ code: 'upstream_connect_failed' });
  });

  it('gives up after its time, and tells nobody after a cancel', async () => {
    const port = await portOf(createServer());
    const clock = createManualClock();
    const material = await (await sharedCa).issue([uri]);
    const dialer = createDialer({
      clock,
      tls: createClientTls(materialSecrets(() => material)),
      trustDomain: 'cluster.local',
    });
    const told: string[] = [];
    const target = { address: '127.0.0.1', port, tls: secure(uri) };
    const dial = () =>
      dialer.dial(
        target,
        500,
        () => told.push('ready'),
        (code, reason, reset) => told.push(`${code} ${reset} ${reason}`),
      );
    dial();
    const cancel = dial();
    cancel();
    clock.advance(500);
    expect(told).toEqual(['upstream_connect_failed connection_timeout connection timeout']);
    expect(clock.pending()).toBe(0);
  });
});

it('dials Unix sockets, by path or in the abstract namespace', async () => {
  for (const place of [`/tmp/weft-dial-${process.pid}.sock`, `@weft-dial-${process.pid}`]) {
    const server = createServer((socket) => void socket.end('by socket'));
    servers.push(server.listen(place.replace(/^@/, '\0')));
    await once(server, 'listening');
    expect(await outcome(0, undefined, {}, place)).toMatchObject({ text: 'by socket' });
  }
  expect(await outcome(0, undefined, {}, '/tmp/weft-nobody.sock')).toMatchObject({ code: 'upstream_connect_failed' });
});
