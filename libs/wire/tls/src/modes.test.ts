/** Modes of TLS beside the mesh's own: public names, optional certificates, versions, tickets, and what is known of a caller. */

import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createClientContexts } from './client-contexts.ts';
import { type ClientTlsPolicy, type ClientTlsTarget, createClientTls } from './client-tls.ts';
import type { SecurePeer, TlsPolicy } from './material.ts';
import { materialSecrets, type TlsMaterial } from './material-secrets.ts';
import { type CallerPeer, createServerTls, type ServerTlsPolicy } from './server-tls.ts';
import { createTestCa, type TestCa } from './testing/test-ca.ts';

let ca: TestCa;
let web: TlsMaterial;
let caller: TlsMaterial;
const uri = 'spiffe://cluster.local/ns/shop/sa/order';
const servers: Server[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  ca = await createTestCa(Date.now());
  web = await ca.issue([], undefined, { dns: ['web.test', '*.wild.test'], ip: ['127.0.0.1'] });
  caller = await ca.issue([uri], undefined, { dns: ['order.test'], subject: 'O=Shop, CN=order' });
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

const base: TlsPolicy = {
  certificate: 'default',
  roots: 'ROOTCA',
  sans: [],
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: '',
};
const serverPolicy: ServerTlsPolicy = {
  ...base,
  alpn: ['h2', 'http/1.1'],
  clientCertificate: 'none',
  requireClientCertificate: false,
  allowedUriPrefixes: [],
  sessionTickets: true,
  sessionLifeSeconds: 0,
};
const clientPolicy: ClientTlsPolicy = {
  ...base,
  certificate: undefined,
  verify: 'public',
  sni: 'web.test',
  autoSni: false,
  autoSan: false,
  expectedUris: [],
};

interface Running {
  readonly port: number;
  readonly callers: CallerPeer[];
  readonly refusals: string[];
}

interface ServeOptions {
  readonly material?: () => TlsMaterial | undefined;
  /** Octets that are read and given back before the handshake. */
  readonly sniff?: number;
}

/** Answers each read with the same octets. */
async function serve(change: Partial<ServerTlsPolicy> = {}, options: ServeOptions = {}): Promise<Running> {
  const callers: CallerPeer[] = [];
  const refusals: string[] = [];
  const tls = createServerTls({
    tls: { ...serverPolicy, ...change },
    secrets: materialSecrets(options.material ?? (() => web)),
    onSecure(socket, peer) {
      callers.push(peer);
      sockets.push(socket);
      socket.on('error', () => {});
      socket.pipe(socket);
    },
    onRefused: (code) => void refusals.push(code),
  });
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    if (options.sniff === undefined) {
      tls.accept(socket);
      return;
    }
    socket.once('readable', () => {
      const first = socket.read() as Buffer;
      socket.unshift(first.subarray(0, options.sniff));
      if (first.length > (options.sniff ?? 0)) socket.push(first.subarray(options.sniff));
      tls.accept(socket);
    });
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, callers, refusals };
}

type Outcome =
  | { readonly socket: TLSSocket; readonly peer: SecurePeer }
  | { readonly code: string; readonly reason: string };

function clientOf(material: TlsMaterial | undefined = web) {
  const tls = createClientTls(materialSecrets(() => material));
  return (port: number, change: Partial<ClientTlsPolicy> = {}, rest: Partial<ClientTlsTarget> = {}): Promise<Outcome> =>
    new Promise((resolve) => {
      const policy = { ...clientPolicy, ...change };
      const target = { host: '127.0.0.1', port, tls: policy, alpn: [], authority: '', trustDomain: 'cluster.local' };
      tls.connect(
        { ...target, ...rest },
        (socket, peer) => {
          sockets.push(socket);
          socket.on('error', () => {});
          resolve({ socket, peer });
        },
        (code, reason) => resolve({ code, reason }),
      );
    });
}

async function echoed(outcome: Outcome): Promise<string> {
  if ('code' in outcome) throw new Error(`${outcome.code}: ${outcome.reason}`);
  outcome.socket.write('hello');
  const [data] = (await once(outcome.socket, 'data')) as [Buffer];
  return data.toString();
}

describe('a client of public names', () => {
  const dns = (wanted: string) =>
    ({ type: 'dns', matches: (name: string) => name === wanted, text: `exact ${wanted}` }) as const;

  it('takes any that the roots vouch for, shows no certificate, and agrees on a protocol', async () => {
    const server = await serve({ clientCertificate: 'public' });
    const outcome = await clientOf()(server.port, {}, { alpn: ['http/1.1'] });
    expect(await echoed(outcome)).toBe('hello');
    expect(outcome).toMatchObject({ peer: { alpn: 'http/1.1', peerUri: undefined } });
    expect(server.callers[0]?.certificate()).toBeUndefined();
  });

  it('wants one of the names that it was told', async () => {
    const { port } = await serve();
    const dial = clientOf();
    expect(await echoed(await dial(port, { sans: [dns('other'), dns('web.test')] }))).toBe('hello');
    for (let round = 0; round < 2; round += 1) {
      expect(await dial(port, { sans: [dns('other')] })).toEqual({
        code: 'upstream_identity',
        reason: 'the peer is web.test or *.wild.test or 127.0.0.1, expected exact other',
      });
    }
  });

  it.each([
    ['web.test:443', true],
    ['a.wild.test', true],
    ['127.0.0.1:8443', true],
    ['a.b.wild.test', false],
    ['evil.test', false],
    ['127.0.0.2', false],
  ])('takes its name from the request: %s is %s', async (authority, fine) => {
    const { port } = await serve();
    const dial = clientOf();
    for (let round = 0; round < 2; round += 1) {
      const outcome = await dial(port, { autoSni: true, autoSan: true }, { authority });
      expect('peer' in outcome).toBe(fine);
      if (fine) await echoed(outcome);
    }
  });

  it('does not trust what the system does not, and trusts all where it is told so', async () => {
    const { port } = await serve();
    expect(await clientOf()(port, { roots: undefined })).toMatchObject({ code: 'upstream_identity' });
    const blind = clientOf();
    expect(await echoed(await blind(port, { roots: undefined, verify: 'none' }))).toBe('hello');
    expect(await clientOf()(port, { roots: undefined })).toMatchObject({ code: 'upstream_identity' });
  });

  it('says that a secret is missing, or does not parse, and shows nothing of it', async () => {
    const { port } = await serve();
    expect(await clientOf()(port, { certificate: 'file' })).toEqual({
      code: 'identity_unavailable',
      reason: 'a secret is missing: file or ROOTCA',
    });
    const outcome = await clientOf({ ...web, privateKeyPem: 'hunter2' })(port, { certificate: 'default' });
    expect(outcome).toMatchObject({ code: 'identity_unavailable' });
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
  });

  it('speaks TLS 1.2 where that is the most, and nothing older than the least', async () => {
    const { port } = await serve({ maxVersion: 'TLSv1.2' });
    const dial = clientOf();
    const first = await dial(port);
    expect(await echoed(first)).toBe('hello');
    expect('socket' in first && first.socket.getProtocol()).toBe('TLSv1.2');
    expect(await dial(port)).toMatchObject({ peer: { resumed: true } });
    expect(await dial(port, { minVersion: 'TLSv1.3' })).toMatchObject({ code: 'upstream_connect_failed' });
  });

  it('sends the PROXY header in clear, then TLS', async () => {
    const seen: string[] = [];
    const header = 'PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n';
    const tls = createServerTls({
      tls: serverPolicy,
      secrets: materialSecrets(() => web),
      onSecure: (socket) => void socket.pipe(socket),
      onRefused: (code) => void seen.push(code),
    });
    const server = createServer((socket) => {
      socket.once('readable', () => {
        seen.push(String(socket.read(header.length)));
        tls.accept(socket);
      });
    });
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const dial = clientOf();
    expect(await echoed(await dial(port, {}, { proxyHeader: Buffer.from(header) }))).toBe('hello');
    expect(await echoed(await dial(port, {}, { proxyHeader: Buffer.from(header) }))).toBe('hello');
    expect(seen).toEqual([header, header]);
  });
});

describe('contexts', () => {
  it('are shared by all connections of a policy, made anew for new secrets, and bounded', () => {
    let material = web;
    const contexts = createClientContexts(
      materialSecrets(() => material),
      2,
    );
    const first = contexts.get(clientPolicy);
    expect(contexts.get({ ...clientPolicy })).toBe(first);
    material = { ...web, rootsPem: `${web.rootsPem}\n` };
    expect(contexts.get(clientPolicy)?.id).not.toBe(first?.id);
    contexts.get({ ...clientPolicy, minVersion: 'TLSv1.3' });
    contexts.get({ ...clientPolicy, maxVersion: 'TLSv1.2' });
    expect(contexts.size()).toBe(2);
  });
});

describe('a server', () => {
  const optional = { clientCertificate: 'mesh', requireClientCertificate: false } as const;

  it('takes a caller with or without a certificate where that is optional, and none with a wrong one', async () => {
    const server = await serve(optional);
    await echoed(await clientOf(caller)(server.port, { certificate: 'default' }));
    await echoed(await clientOf()(server.port));
    expect(server.callers.map(({ peerUri }) => peerUri)).toEqual([uri, undefined]);
    const other = await createTestCa(Date.now());
    const wrong = { ...(await other.issue([uri])), rootsPem: ca.rootPem };
    await clientOf(wrong)(server.port, { certificate: 'default' });
    while (server.refusals.length === 0) await new Promise(setImmediate);
    expect(server.refusals).toEqual(['peer_unauthenticated']);
  });

  it('judges callers of public names', async () => {
    const sans = [
      { type: 'dns', matches: (name: string) => name.startsWith('order.'), text: 'prefix order.' },
    ] as const;
    const server = await serve({ clientCertificate: 'public', requireClientCertificate: true, sans });
    await echoed(await clientOf(caller)(server.port, { certificate: 'default' }));
    await clientOf(web)(server.port, { certificate: 'default' });
    while (server.refusals.length === 0) await new Promise(setImmediate);
    expect([server.callers.length, server.refusals]).toEqual([1, ['peer_unauthenticated']]);
  });

  it('knows the whole certificate of a caller, resumed or not', async () => {
    const server = await serve(optional);
    const dial = clientOf(caller);
    for (let round = 0; round < 2; round += 1) await echoed(await dial(server.port, { certificate: 'default' }));
    const x509 = new X509Certificate(caller.certChainPem);
    const hash = x509.fingerprint256.replaceAll(':', '').toLowerCase();
    expect(server.callers.map(({ resumed }) => resumed)).toEqual([false, true]);
    for (const peer of server.callers) {
      expect(peer.certificateHash).toBe(hash);
      expect(peer.certificate()).toEqual({
        uris: [uri],
        dnsNames: ['order.test'],
        subject: 'CN=order,O=Shop',
        issuer: 'CN=weft test root',
        serial: x509.serialNumber.toLowerCase(),
        hash,
        pem: x509.toString(),
      });
    }
  });

  it('resumes across a new certificate of the same identity, not across other roots, and not where tickets are off', async () => {
    let material = web;
    const server = await serve({}, { material: () => material });
    const dial = clientOf();
    const round = async () => {
      await echoed(await dial(server.port));
      return server.callers.at(-1)?.resumed;
    };
    expect([await round(), await round()]).toEqual([false, true]);
    material = await ca.issue([], undefined, { dns: ['web.test', '*.wild.test'], ip: ['127.0.0.1'] });
    expect(await round()).toBe(true);
    material = { ...material, rootsPem: `${material.rootsPem}\n` };
    expect(await round()).toBe(false);
    const without = await serve({ sessionTickets: false });
    for (let i = 0; i < 2; i += 1) await echoed(await dial(without.port));
    expect(without.callers.map(({ resumed }) => resumed)).toEqual([false, false]);
  });

  it('takes a connection whose first octets were looked at and given back', async () => {
    for (const sniff of [1, 5, 10_000]) {
      const server = await serve({}, { sniff });
      expect(await echoed(await clientOf()(server.port))).toBe('hello');
    }
  });

  it('refuses while it has no certificate, and serves when it has one', async () => {
    let material: TlsMaterial | undefined;
    const server = await serve({}, { material: () => material });
    expect(await clientOf()(server.port)).toMatchObject({ code: 'upstream_connect_failed' });
    expect(server.refusals).toEqual(['identity_unavailable']);
    material = web;
    expect(await echoed(await clientOf()(server.port))).toBe('hello');
  });

  it('hands tickets of one port to no other', async () => {
    const [first, second] = [await serve(), await serve()];
    const socket = connectTls({
      port: first.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      servername: 'web.test',
    });
    sockets.push(socket);
    const [session] = (await once(socket, 'session')) as [Buffer];
    const again = connectTls({
      port: second.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      servername: 'web.test',
      session,
    });
    sockets.push(again);
    await once(again, 'secureConnect');
    expect(again.isSessionReused()).toBe(false);
  });
});
