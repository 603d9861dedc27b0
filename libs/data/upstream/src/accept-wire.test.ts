/** Accepted sockets of every kind as wires: read in place, which is by what Node keeps to itself, and reset where that can be. */

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectSecurely, createServer as createSecureServer } from 'node:tls';
import { createTestCa } from '@weft/tls/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { acceptWire } from './accept-wire.ts';
import { createSocketPairs } from './testing/socket-pairs.ts';
import type { Wire } from './wire.ts';

type Kind = 'plain' | 'Unix' | 'secured';

const { keep, stop } = createSocketPairs();
const folder = mkdtempSync(join(tmpdir(), 'weft-wire-'));
let material: { readonly cert: string; readonly key: string };

beforeAll(async () => {
  const ca = await createTestCa(Date.now());
  const { certChainPem: cert, privateKeyPem: key } = await ca.issue(['spiffe://cluster.local/ns/shop/sa/order']);
  material = { cert, key };
});
afterEach(stop);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Both ends of a connection of that kind, the accepted one as a listener hands it over. */
async function accept(kind: Kind): Promise<{ readonly end: Socket; readonly socket: Socket }> {
  const half = { allowHalfOpen: true };
  const server: Server =
    kind === 'secured' ? createSecureServer({ ...half, ...material }) : createServer({ ...half, pauseOnConnect: true });
  keep(server);
  server.listen(kind === 'Unix' ? { path: join(folder, 'socket') } : { port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const accepted = once(server, kind === 'secured' ? 'secureConnection' : 'connection');
  const place =
    kind === 'Unix'
      ? { path: String(server.address()) }
      : { port: (server.address() as AddressInfo).port, host: '127.0.0.1' };
  const end = kind === 'secured' ? connectSecurely({ ...place, rejectUnauthorized: false }) : connect(place);
  end.on('error', () => {});
  const [socket] = (await accepted) as [Socket];
  keep(end, socket);
  return { end, socket };
}

/** Gives back all that it reads. */
function echo(wire: Wire): void {
  wire.sink = {
    onData: (chunk) => void wire.write(Buffer.from(chunk)),
    onEnd: () => wire.end(),
    onDrain() {},
    onClose() {},
  };
}

async function answerTo(end: Socket, text: string): Promise<string> {
  const answer = once(end, 'data');
  end.write(text);
  return String((await answer)[0]);
}

describe('an accepted socket', () => {
  it.each<Kind>(['plain', 'Unix', 'secured'])('that is %s reads in place with this release of Node', async (kind) => {
    const { end, socket } = await accept(kind);
    echo(acceptWire(socket));
    expect(socket.listenerCount('data')).toBe(0);
    expect(await answerTo(end, 'one')).toBe('one');
    expect(await answerTo(end, 'two')).toBe('two');
  });

  it('is read by events where somebody listens to it already', async () => {
    const { end, socket } = await accept('plain');
    let heard = '';
    socket.on('data', (chunk) => {
      heard += String(chunk);
    });
    echo(acceptWire(socket));
    expect(await answerTo(end, 'one')).toBe('one');
    expect(heard).toBe('one');
  });

  it.each<Kind>(['plain', 'Unix', 'secured'])('that is %s closes by a reset, as far as it knows one', async (kind) => {
    const { end, socket } = await accept(kind);
    const wire = acceptWire(socket);
    const closed = once(socket, 'close');
    const broken = new Promise<boolean>((resolve) => end.once('close', resolve));
    end.resume();
    wire.reset?.();
    expect(await broken).toBe(kind !== 'Unix');
    await closed;
  });
});
