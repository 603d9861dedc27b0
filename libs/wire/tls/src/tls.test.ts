/** Both ends over real loopback sockets: who is let in, who is refused and why, rotation, resumption. */

import { type AddressInfo, connect as connectTcp, createServer, type Server, Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { createManualClock } from '@weft/kernel';
import { freePort } from '@weft/kernel/testing';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type ClientTls,
  type ClientTlsPolicy,
  type ClientTlsTarget,
  createClientTls as createTls,
} from './client-tls.ts';
import type { SecurePeer } from './material.ts';
import { materialSecrets, type TlsMaterial } from './material-secrets.ts';
import { type CallerPeer, createServerTls, type ServerTlsPolicy } from './server-tls.ts';
import { createTestCa, type TestCa } from './testing/test-ca.ts';

const orderUri = 'spiffe://cluster.local/ns/shop/sa/order';
const paymentUri = 'spiffe://cluster.local/ns/shop/sa/payment';
const both = { certificate: 'default', roots: 'ROOTCA', sans: [], ciphers: '' } as const;
const versions = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } as const;
const strict: ServerTlsPolicy = {
  ...both,
  ...versions,
  clientCertificate: 'mesh',
  sessionTickets: true,
  sessionLifeSeconds: 0,
  alpn: ['istio-http/1.1', 'http/1.1'],
  requireClientCertificate: true,
  allowedUriPrefixes: ['spiffe://cluster.local/'],
};

let ca: TestCa;
let order: TlsMaterial;
let payment: TlsMaterial;
const servers: Server[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  ca = await createTestCa(Date.now());
  order = await ca.issue([orderUri]);
  payment = await ca.issue([paymentUri]);
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

interface Running {
  readonly port: number;
  /** New connections get this. */
  rotate(material: TlsMaterial): void;
  readonly peers: CallerPeer[];
  refused(): Promise<{ code: string; reason: string }>;
}

/** A server that echoes. */
async function serve(policy: ServerTlsPolicy = strict, material = payment, timeoutMs = 5_000): Promise<Running> {
  const peers: CallerPeer[] = [];
  let current = material;
  const refusals: { code: string; reason: string }[] = [];
  let wake = (): void => {};
  const tls = createServerTls({
    secrets: materialSecrets(() => current),
    tls: policy,
    handshakeTimeoutMs: timeoutMs,
    onSecure(socket, peer) {
      peers.push(peer);
      sockets.push(socket);
      socket.on('error', () => {});
      socket.pipe(socket);
    },
    onRefused(code, reason) {
      refusals.push({ code, reason });
      wake();
    },
  });
  const server = createServer((socket) => tls.accept(socket));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    rotate(next) {
      current = next;
    },
    peers,
    refused: () =>
      new Promise((resolve) => {
        wake = () => {
          const refusal = refusals.shift();
          if (refusal !== undefined) resolve(refusal);
        };
        wake();
      }),
  };
}

type Outcome = { socket: TLSSocket; peer: SecurePeer } | { code: string; reason: string };

const mesh: ClientTlsPolicy = {
  ...both,
  ...versions,
  verify: 'mesh',
  sni: 'outbound_.8080_._.payment.shop.svc.cluster.local',
  autoSni: false,
  autoSan: false,
  expectedUris: [paymentUri],
};

type Change = Partial<ClientTlsTarget> & { readonly expectedUris?: readonly string[] };

function target(port: number, change: Change = {}): ClientTlsTarget {
  const { expectedUris, ...rest } = change;
  const tls = expectedUris === undefined ? mesh : { ...mesh, expectedUris };
  const base = { host: '127.0.0.1', port, tls, authority: 'payment:8080' };
  return { ...base, alpn: ['istio-http/1.1'], trustDomain: 'cluster.local', ...rest };
}

const createClientTls = (material: () => TlsMaterial | undefined, options = {}): ClientTls =>
  createTls(materialSecrets(material), options);

function dial(client: ClientTls, to: ClientTlsTarget): Promise<Outcome> {
  return new Promise((resolve) => {
    client.connect(
      to,
      (socket, peer) => {
        sockets.push(socket);
        socket.on('error', () => {});
        resolve({ socket, peer });
      },
      (code, reason) => resolve({ code, reason }),
    );
  });
}

async function dialled(client: ClientTls, to: ClientTlsTarget) {
  const outcome = await dial(client, to);
  if ('code' in outcome) throw new Error(`${outcome.code}: ${outcome.reason}`);
  return outcome;
}

function echo(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (data: Buffer) => resolve(data.toString()));
    socket.once('close', () => reject(new Error('closed')));
    socket.write(text);
  });
}

describe('mutual TLS', () => {
  it('tells each end the identity of the other and the protocol agreed on', async () => {
    const server = await serve();
    const { socket, peer } = await dialled(
      createClientTls(() => order),
      target(server.port),
    );
    expect(await echo(socket, 'hello')).toBe('hello');
    expect(peer).toEqual({ peerUri: paymentUri, alpn: 'istio-http/1.1', resumed: false });
    expect(server.peers).toMatchObject([{ peerUri: orderUri, alpn: 'istio-http/1.1', resumed: false }]);
    expect(socket.getProtocol()).toBe('TLSv1.3');
  });

  it('lets small writes leave at once: no connection waits for delayed acknowledgements', async () => {
    const setNoDelay = vi.spyOn(Socket.prototype, 'setNoDelay');
    const server = await serve();
    const client = createClientTls(() => order);
    const plain = await dialled(client, target(server.port));
    expect(setNoDelay.mock.contexts).toContain(plain.socket);
    expect(setNoDelay.mock.calls.every(([on]) => on === true)).toBe(true);
    setNoDelay.mockRestore();
  });

  it.each([
    ['an HTTP request', 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['binary data', '\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007'],
    ['an odd method', 'PROPFIND /a HTTP/1.1\r\n\r\n'],
  ])('refuses %s in plain text by name', async (_what, bytes) => {
    const server = await serve();
    const socket = connectTcp(server.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    socket.write(bytes, 'latin1');
    expect(await server.refused()).toEqual({ code: 'plaintext_refused', reason: 'the caller does not speak TLS' });
    expect(server.peers).toEqual([]);
  });

  it('refuses a caller without a certificate', async () => {
    const server = await serve();
    const socket = connectTls({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
    sockets.push(socket);
    socket.on('error', () => {});
    expect(await server.refused()).toEqual({ code: 'peer_unauthenticated', reason: 'the peer shows no certificate' });
  });

  it('refuses a caller of another authority, of another trust domain, and one that has two URIs', async () => {
    const server = await serve();
    const otherCa = await createTestCa(Date.now());
    const cases: [TlsMaterial, string][] = [
      [{ ...(await otherCa.issue([orderUri])), rootsPem: ca.rootPem }, 'not trusted'],
      [await ca.issue(['spiffe://evil.example/ns/shop/sa/order']), 'the peer is spiffe://evil.example/'],
      [await ca.issue([orderUri, paymentUri]), 'not exactly one SPIFFE URI'],
      [await ca.issue(['https://cluster.local/ns/shop/sa/order']), 'not exactly one SPIFFE URI'],
    ];
    for (const [material, reason] of cases) {
      await dialled(
        createClientTls(() => material),
        target(server.port),
      );
      const refusal = await server.refused();
      expect(refusal.code).toBe('peer_unauthenticated');
      expect(refusal.reason).toContain(reason);
    }
    expect(server.peers).toEqual([]);
  });

  it('refuses an expired caller', async () => {
    const server = await serve();
    const hour = 3_600_000;
    const expired = await ca.issue([orderUri], {
      from: new Date(Date.now() - 2 * hour),
      to: new Date(Date.now() - hour),
    });
    await dialled(
      createClientTls(() => expired),
      target(server.port),
    );
    expect((await server.refused()).reason).toContain('expired');
  });

  it('refuses a caller that offers another protocol only, or TLS 1.2 only', async () => {
    const server = await serve();
    await dial(
      createClientTls(() => order),
      target(server.port, { alpn: ['h3'] }),
    );
    expect((await server.refused()).code).toBe('peer_unauthenticated');
    const socket = connectTls({ port: server.port, host: '127.0.0.1', maxVersion: 'TLSv1.2' });
    socket.on('error', () => {});
    expect((await server.refused()).code).toBe('peer_unauthenticated');
  });

  it('gives up on a caller that does not finish its handshake', async () => {
    const server = await serve(strict, payment, 20);
    const socket = connectTcp(server.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    expect((await server.refused()).code).toBe('downstream_closed');
  });
});

describe('the client', () => {
  it('refuses a peer that is not the expected service account', async () => {
    const server = await serve();
    const outcome = await dial(
      createClientTls(() => order),
      target(server.port, { expectedUris: [orderUri] }),
    );
    expect(outcome).toEqual({ code: 'upstream_identity', reason: `the peer is ${paymentUri}` });
  });

  it('takes any identity of its trust domain, and no other, where none is named', async () => {
    const server = await serve();
    const client = createClientTls(() => order);
    await dialled(client, target(server.port, { expectedUris: [] }));
    const outcome = await dial(client, target(server.port, { expectedUris: [], trustDomain: 'cluster.loc' }));
    expect(outcome).toMatchObject({ code: 'upstream_identity' });
  });

  it('refuses a peer of another authority', async () => {
    const otherCa = await createTestCa(Date.now());
    const server = await serve(strict, await otherCa.issue([paymentUri]));
    const outcome = await dial(
      createClientTls(() => order),
      target(server.port),
    );
    expect(outcome).toMatchObject({ code: 'upstream_identity' });
  });

  it('names a dead port, a peer without TLS, and a missing certificate of its own', async () => {
    const plain = createServer((socket) => socket.resume().end('220 hello\r\n'));
    servers.push(plain);
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const port = (plain.address() as AddressInfo).port;
    const client = createClientTls(() => order);
    expect(await dial(client, target(port))).toMatchObject({ code: 'upstream_connect_failed' });
    expect(await dial(client, target(await freePort()))).toMatchObject({ code: 'upstream_connect_failed' });
    const bare = createClientTls(() => undefined);
    expect(await dial(bare, target(port))).toMatchObject({ code: 'identity_unavailable' });
  });

  it('resumes a session, and checks the identity of a resumed one as well', async () => {
    const server = await serve();
    const client = createClientTls(() => order);
    const first = await dialled(client, target(server.port));
    await echo(first.socket, 'x');
    const second = await dialled(client, target(server.port));
    await echo(second.socket, 'y');
    expect(second.peer).toEqual({ peerUri: paymentUri, alpn: 'istio-http/1.1', resumed: true });
    expect(server.peers[1]).toMatchObject({ peerUri: orderUri, alpn: 'istio-http/1.1', resumed: true });
    const wrong = await dial(client, target(server.port, { expectedUris: [orderUri] }));
    expect(wrong).toMatchObject({ code: 'upstream_identity' });
  });

  it('does not take a resumed session of a certificate that has expired since', async () => {
    const server = await serve();
    const clock = createManualClock(Date.now());
    const client = createClientTls(() => order, { clock });
    await echo((await dialled(client, target(server.port))).socket, 'x');
    clock.advance(48 * 3_600_000);
    expect(await dial(client, target(server.port))).toMatchObject({ code: 'upstream_identity' });
  });
});

describe('rotation', () => {
  it('gives new connections the new certificate and leaves open ones alone', async () => {
    const server = await serve();
    let own = order;
    const client = createClientTls(() => own);
    const open = await dialled(client, target(server.port));
    await echo(open.socket, 'x');
    const renamed = 'spiffe://cluster.local/ns/shop/sa/renamed';
    server.rotate(await ca.issue([renamed]));
    const after = await dialled(client, target(server.port, { expectedUris: [renamed] }));
    expect(after.peer.resumed).toBe(false);
    expect(await echo(open.socket, 'still here')).toBe('still here');
    own = await ca.issue([orderUri]);
    const rotatedClient = await dialled(client, target(server.port, { expectedUris: [renamed] }));
    expect(rotatedClient.peer.resumed).toBe(false);
    expect(await echo(open.socket, 'and now')).toBe('and now');
  });
});
