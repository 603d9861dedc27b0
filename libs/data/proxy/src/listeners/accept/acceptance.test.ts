/** What becomes of an accepted connection by its first octets: PERMISSIVE, SNI, ALPN, PROXY headers, time-outs, network filters. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { NetworkFilter } from '@weft/data-runtime';
import { createManualClock } from '@weft/kernel';
import { encodeProxyHeader } from '@weft/proxy-protocol';
import type { TlsMaterial } from '@weft/tls';
import { createTestCa } from '@weft/tls/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeTable } from '../../http/testing/tables.ts';
import { until } from '../../testing/waiting.ts';
import { closed, createListenerStage, echo, secretsOf } from '../testing/rig.ts';
import { meshServerTls, testChain, testListener, testTcpTable } from '../testing/tables.ts';

const stage = createListenerStage();
const { start, dial, dialSecure } = stage;
let order: TlsMaterial;
let payment: TlsMaterial;
const secrets = secretsOf(() => payment);

beforeAll(async () => {
  const ca = await createTestCa(Date.now());
  order = await ca.issue(['spiffe://cluster.local/ns/shop/sa/order']);
  payment = await ca.issue(['spiffe://cluster.local/ns/shop/sa/payment']);
});

afterEach(stage.stop);

const names = (rig: ReturnType<typeof start>): string[] => rig.accepted.map(({ table }) => table.statPrefix);

/** mTLS and plain text on one port. */
const permissive = () =>
  testListener('in', {
    inspectTls: true,
    chains: [
      testChain('mtls', { transportProtocol: 'tls' }, { tls: meshServerTls }),
      testChain('plain', { transportProtocol: 'raw_buffer' }),
    ],
  });

/** The next socket that a server of this process accepts. */
function nextAccepted(): Promise<Socket> {
  return new Promise((resolve) => {
    const take = (message: unknown): void => {
      unsubscribe('net.server.socket', take);
      resolve((message as { readonly socket: Socket }).socket);
    };
    subscribe('net.server.socket', take);
  });
}

describe('a listener that looks at first octets', () => {
  it('takes mutual TLS and plain text on one port (PERMISSIVE)', async () => {
    const rig = start({ secrets });
    const port = await rig.open(permissive());
    expect(await echo(await dial(port), 'plain words')).toBe('plain words');
    expect(await echo(await dialSecure(port, order), 'secret words')).toBe('secret words');
    expect(names(rig)).toEqual(['plain', 'mtls']);
    expect(rig.accepted[1]?.info).toMatchObject({ tls: true, peerUri: 'spiffe://cluster.local/ns/shop/sa/order' });
  });

  it('gives octets that came in pieces on as they were', async () => {
    const rig = start({ secrets });
    const port = await rig.open({ ...permissive(), inspectHttp: true });
    const accepted = nextAccepted();
    const client = await dial(port);
    const looking = await accepted;
    client.setNoDelay(true);
    for (const piece of ['G', 'E', 'T /']) {
      client.write(piece);
      await until(() => looking.bytesRead === client.bytesWritten);
    }
    expect(rig.accepted).toEqual([]);
    expect(await echo(client, ' HTTP/1.1\r\n')).toBe('GET / HTTP/1.1\r\n');
    expect(await echo(client, 'and more')).toBe('and more');
  });

  it('passes TLS on unopened by its server name', async () => {
    const rig = start();
    const port = await rig.open(
      testListener('out', {
        inspectTls: true,
        chains: [testChain('a', { serverNames: ['a.test'] }), testChain('b', { serverNames: ['*.b.test'] })],
      }),
    );
    for (const servername of ['a.test', 'www.b.test', 'c.test']) {
      connectTls({ port, host: '127.0.0.1', servername }).on('error', () => {});
    }
    await rig.until(() => rig.accepted.length === 2 && rig.refusals.length === 1);
    expect(names(rig).sort()).toEqual(['a', 'b']);
    expect(rig.accepted.map(({ info }) => info.sni).sort()).toEqual(['a.test', 'www.b.test']);
    expect(rig.logged).toEqual(['refused: no filter chain of listener out takes TLS for c.test']);
  });

  it('tells the five inbound chains of Istio apart by ALPN and HTTP', async () => {
    const rig = start({ secrets });
    const http = { handler: makeTable(() => undefined, { statPrefix: 'http' }) };
    const port = await rig.open(
      testListener('in', {
        inspectTls: true,
        inspectHttp: true,
        chains: [
          testChain(
            'mtls-http',
            { transportProtocol: 'tls', applicationProtocols: ['istio-http/1.1', 'istio-h2'] },
            {
              tls: { ...meshServerTls, alpn: ['istio-h2', 'istio-http/1.1'] },
              handler: makeTable(() => undefined, { statPrefix: 'mtls-http' }),
            },
          ),
          testChain('plain-http', { transportProtocol: 'raw_buffer', applicationProtocols: ['http/1.1', 'h2c'] }, http),
          testChain('mtls-tcp', { transportProtocol: 'tls', applicationProtocols: ['istio'] }, { tls: meshServerTls }),
          testChain('plain-tcp', { transportProtocol: 'raw_buffer' }),
          testChain('foreign-tls', { transportProtocol: 'tls' }),
        ],
      }),
    );
    const say = async (text: string): Promise<void> => void (await echo(await dial(port), text));
    await echo(await dialSecure(port, order, { alpn: ['istio-http/1.1', 'istio'] }), 'x');
    await echo(await dialSecure(port, order, { alpn: ['weft-h2', 'istio-http/1.1'] }), 'x');
    await echo(await dialSecure(port, order, { alpn: ['istio'] }), 'x');
    await say('GET / HTTP/1.1\r\n\r\n');
    await say('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    await say('\0\0\0\x08 something of its own');
    connectTls({ port, host: '127.0.0.1' }).on('error', () => {});
    await rig.until(() => rig.accepted.length === 7);
    expect(names(rig)).toEqual(['mtls-http', 'mtls-http', 'mtls-tcp', 'http', 'http', 'plain-tcp', 'foreign-tls']);
    expect(rig.accepted[1]?.info.alpn).toBe('weft-h2');
  });

  it('does not look where a port is left out, so that a server may speak first', async () => {
    const rig = start();
    const port = await rig.open({ ...permissive(), skipTlsInspection: () => true });
    await dial(port);
    await rig.until(() => rig.accepted.length === 1);
    expect(names(rig)).toEqual(['plain']);
  });

  it('closes a connection that says nothing in time, without a flag in the log', async () => {
    const clock = createManualClock();
    const rig = start({ clock });
    const port = await rig.open({ ...permissive(), accessLogs: testTcpTable(undefined).accessLogs });
    const client = await dial(port);
    await until(() => clock.pending() > 0);
    clock.advance(15_000);
    await closed(client);
    expect(rig.refusals).toEqual(['no_filter_chain']);
    expect(rig.lines).toMatchObject([{ response_flags: '-', response_code_details: '' }]);
  });

  it('goes on as plain text after the time, where it shall (server-first protocols)', async () => {
    const clock = createManualClock();
    const rig = start({ clock });
    const port = await rig.open({ ...permissive(), continueOnTimeout: true });
    const client = await dial(port);
    await until(() => clock.pending() > 0);
    clock.advance(15_000);
    await rig.until(() => rig.accepted.length === 1);
    expect(names(rig)).toEqual(['plain']);
    expect(await echo(client, 'at last')).toBe('at last');
  });

  it('closes a client that goes away, or sends more than may be looked at', async () => {
    const rig = start();
    const port = await rig.open({ ...permissive(), chains: [testChain('tls', { transportProtocol: 'tls' })] });
    (await dial(port)).end();
    await rig.until(() => rig.refusals.length === 1);
    const long = await dial(port);
    // A record that promises a ClientHello of 16 MiB.
    long.write(Buffer.concat([Buffer.from([22, 3, 1, 64, 0, 1, 255, 255, 255]), Buffer.alloc(20_000)]));
    await closed(long);
    expect(rig.refusals).toEqual(['downstream_closed', 'no_filter_chain']);
  });

  it('writes why no chain took a connection into the listener’s access log', async () => {
    const rig = start();
    const chains = [testChain('tls', { transportProtocol: 'tls' })];
    const { accessLogs } = testTcpTable(undefined);
    const port = await rig.open({ ...permissive(), chains, accessLogs });
    const client = await dial(port);
    client.write('plain');
    await closed(client);
    expect(rig.lines).toMatchObject(
      [{ response_flags: 'NR', response_code_details: 'filter_chain_not_found', reason: /takes plain text$/ }].map(
        (line) => ({ ...line, reason: expect.stringMatching(line.reason) }),
      ),
    );
  });
});

describe('a listener with the PROXY protocol', () => {
  const source = '10.1.2.3:4567';
  const destination = '10.9.9.9:443';

  it.each([1, 2] as const)('takes the addresses of version %i, and chooses by them', async (version) => {
    const rig = start();
    const chains = [testChain('right', { sourceRanges: ['10.1.0.0/16'], destinationPort: 443 }), testChain('other')];
    const port = await rig.open(testListener('in', { proxyProtocol: 'required', chains }));
    const client = await dial(port);
    client.write(encodeProxyHeader(version, source, destination));
    expect(await echo(client, 'hello')).toBe('hello');
    expect(names(rig)).toEqual(['right']);
    expect(rig.accepted[0]?.info).toMatchObject({
      remoteAddress: source,
      directRemoteAddress: `127.0.0.1:${client.localPort}`,
      localAddress: destination,
      restored: true,
    });
  });

  it('reads a header, a ClientHello and plain words behind one another', async () => {
    const rig = start({ secrets });
    const port = await rig.open({ ...permissive(), proxyProtocol: 'required' });
    const header = encodeProxyHeader(1, source, destination).toString();
    expect(await echo(await dial(port), `${header}words`)).toBe('words');
    const raw = await dial(port);
    raw.write(header);
    const secured = connectTls({
      socket: raw,
      rejectUnauthorized: false,
      cert: order.certChainPem,
      key: order.privateKeyPem,
    });
    expect(await echo(secured, 'secret')).toBe('secret');
    expect(names(rig)).toEqual(['plain', 'mtls']);
  });

  it('refuses connections without a header, unless they are welcome', async () => {
    const rig = start();
    const port = await rig.open(testListener('strict', { proxyProtocol: 'required' }));
    const client = await dial(port);
    client.write('GET / HTTP/1.1\r\n');
    await closed(client);
    expect(rig.logged).toEqual(['refused: its PROXY header is not valid: absent']);
    const lenient = start();
    const other = await lenient.open(testListener('lenient', { proxyProtocol: 'optional' }));
    expect(await echo(await dial(other), 'GET / HTTP/1.1\r\n')).toBe('GET / HTTP/1.1\r\n');
  });

  it('refuses a broken header also where none is needed', async () => {
    const rig = start();
    const port = await rig.open(testListener('lenient', { proxyProtocol: 'optional' }));
    const client = await dial(port);
    client.write('PROXY TCP4 1.2.3.4 nonsense\r\n');
    await closed(client);
    expect(rig.refusals).toEqual(['no_filter_chain']);
    expect(rig.accepted).toEqual([]);
  });
});

describe('network filters', () => {
  it('are asked in order when the peer is known; who refuses ends the connection, with a line in the log of the chain', async () => {
    const told: string[] = [];
    const filter = (name: string, refusal?: ReturnType<NetworkFilter['onConnection']>): NetworkFilter => ({
      name,
      onConnection({ connection }) {
        told.push(`${name} ${connection.peerUri ?? 'nobody'}`);
        return refusal;
      },
      onClose: () => void told.push(`${name} closed`),
    });
    const refusal = {
      flag: '-',
      details: 'rbac_access_denied_matched_policy[deny]',
      reason: 'mesh/deny.yaml:3 denies it',
    };
    const rig = start({ secrets });
    const port = await rig.open(
      testListener('in', {
        chains: [
          testChain(
            'only',
            {},
            {
              tls: meshServerTls,
              networkFilters: [filter('first'), filter('second', refusal), filter('third')],
            },
          ),
        ],
      }),
    );
    await closed(await dialSecure(port, order));
    const uri = 'spiffe://cluster.local/ns/shop/sa/order';
    expect(told.slice(0, 2)).toEqual([`first ${uri}`, `second ${uri}`]);
    expect(told.slice(2).sort()).toEqual(['first closed', 'second closed']);
    expect(rig.refusals).toEqual(['connection_denied']);
    expect(rig.logged).toEqual(['refused: mesh/deny.yaml:3 denies it']);
    expect(rig.lines).toMatchObject([
      { response_code_details: '', termination: refusal.details, reason: refusal.reason },
    ]);
  });
});

describe('captured connections', () => {
  it('go to the listener of the address that they wanted, then to the one of its port, else stay', async () => {
    const wanted: (string | undefined)[] = ['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:5432', undefined];
    const rig = start({ originalDestination: () => wanted.shift() });
    const virtual = { bindToPort: false, port: 80 } as const;
    const port = await rig.open(
      testListener('virtual-outbound', {
        originalDestination: true,
        useOriginalDestination: true,
        chains: [testChain('passthrough')],
      }),
      testListener('exact', { ...virtual, bind: '10.0.0.1', chains: [testChain('exact')] }),
      testListener('any', { ...virtual, bind: '0.0.0.0', chains: [testChain('any')], direction: 'outbound' }),
    );
    for (let nth = 0; nth < 4; nth += 1) await echo(await dial(port), 'x');
    expect(names(rig)).toEqual(['exact', 'any', 'passthrough', 'passthrough']);
    expect(rig.accepted.map(({ info }) => [info.localAddress, info.restored, info.direction])).toEqual([
      ['10.0.0.1:80', true, 'inbound'],
      ['10.0.0.2:80', true, 'outbound'],
      ['10.0.0.3:5432', true, 'inbound'],
      [`127.0.0.1:${port}`, false, 'inbound'],
    ]);
    expect(rig.manager.states().map(({ name, state }) => [name, state])).toEqual([
      ['any', 'listening'],
      ['exact', 'listening'],
      ['virtual-outbound', 'listening'],
    ]);
  });
});
