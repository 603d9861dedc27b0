/** Ports of one process, of several at a time, and of a range that ends. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundleProgram } from './bundle-program.ts';
import { createPortSource, freePort, freePorts, type PortRange, testPorts } from './free-ports.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listenOn(port: number, host?: string): Promise<void> {
  const server = createServer();
  servers.push(server);
  server.listen({ port, ...(host === undefined ? {} : { host }) });
  await once(server, 'listening');
}

/** A range that this process was given, so that no other test of the host is in it. */
async function ownRange(size: number, blockSize: number): Promise<PortRange> {
  for (;;) {
    const ports = await freePorts(size);
    const [first = 0] = ports;
    if (ports.at(-1) === first + size - 1) return { first, last: first + size - 1, blockSize };
  }
}

describe('ports for tests', () => {
  it('are different, below the ports of clients, and can be listened on at every address', async () => {
    const ports = await freePorts(5);
    expect(new Set(ports).size).toBe(5);
    for (const port of ports) {
      expect(port).toBeGreaterThan(testPorts.first);
      expect(port).toBeLessThan(32_768);
      await listenOn(port);
    }
  });

  it('are given out once, also to those who ask at the same time, over several blocks', async () => {
    const lists = await Promise.all([freePorts(30), freePort(), freePorts(40), freePorts(3)]);
    expect(new Set(lists.flat()).size).toBe(74);
  });

  it.each([
    ['at loopback', '127.0.0.1'],
    ['at all addresses of IPv4', '0.0.0.0'],
    ['at all addresses', undefined],
  ])('pass over a port on which somebody listens %s', async (_, host) => {
    const range = await ownRange(4, 4);
    await listenOn(range.first + 2, host);
    expect(await createPortSource(range, 0)(2)).toEqual([range.first + 1, range.first + 3]);
  });

  it('pass over a block that has its guard, and say when the range is at its end', async () => {
    const range = await ownRange(12, 4);
    const { first } = range;
    await listenOn(first + 4, '127.0.0.1');
    const take = createPortSource(range, 2);
    expect(await take(4)).toEqual([first + 9, first + 10, first + 11, first + 1]);
    const message = `no test port is left between ${first} and ${first + 11}: all 3 blocks are taken`;
    await expect(take(3)).rejects.toThrow(message);
    await expect(createPortSource(range, 0)(1)).rejects.toThrow(message);
  });

  it('are a failure where listening fails for another reason than a port that is taken', async () => {
    await expect(createPortSource({ first: 65_536, last: 65_539, blockSize: 4 }, 0)(1)).rejects.toThrow('65536');
  });
});

describe('ports for tests of two processes at a time', () => {
  let folder: string;
  let program: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-ports-'));
    const text = `
      import { createPortSource } from './free-ports.ts';
      process.once('message', async ({ range, count }) => {
        process.send(await createPortSource(range, 0)(count));
      });
      process.once('disconnect', () => process.exit());
      process.send('up');`;
    program = await bundleProgram({ text, folder: import.meta.dirname }, join(folder, 'asker.mjs'));
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function start(): Promise<ChildProcess> {
    const child = fork(program);
    children.push(child);
    await once(child, 'message');
    return child;
  }

  async function ask(child: ChildProcess, range: PortRange, count: number): Promise<number[]> {
    child.send({ range, count });
    const [ports] = (await once(child, 'message')) as [number[]];
    return ports;
  }

  it('are never the same, though both begin at the same block; a block is free when its process is dead', async () => {
    const range = await ownRange(24, 4);
    const [one, other] = await Promise.all([start(), start()]);
    const [ones, others] = await Promise.all([ask(one, range, 9), ask(other, range, 9)]);
    expect(new Set([...ones, ...others]).size).toBe(18);

    one.kill('SIGKILL');
    await once(one, 'exit');
    const heir = await ask(await start(), range, 9);
    expect(heir).toEqual(ones);
  });
});
