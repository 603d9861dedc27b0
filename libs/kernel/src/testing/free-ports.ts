/** Ports for tests that nobody gets twice, whatever else runs on the host. */

import { createServer, type Server } from 'node:net';

export interface PortRange {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
  /** Ports of one block, of which the first guards the others. */
  readonly blockSize: number;
}

/** Above the ports that Weft's programs have by default, below those that kernels give to clients (Linux: from 32,768 on). */
export const testPorts: PortRange = { first: 24_000, last: 32_703, blockSize: 32 };

export type PortSource = (count: number) => Promise<number[]>;

/** Processes that were started one after another look at different blocks first. */
const takeTestPorts = createPortSource(testPorts, process.pid);

/**
 * Ports on which nobody listens, at 127.0.0.1 or at all addresses. The process gets none of them a second time, and no other process gets them
 * from here while this one lives: what listens on one may end and listen again, and a port on which the test never listens stays closed.
 * @throws Error where the range has not so many.
 */
export function freePorts(count: number): Promise<number[]> {
  return takeTestPorts(count);
}

/** One port of `freePorts`. */
export async function freePort(): Promise<number> {
  const [port] = await takeTestPorts(1);
  if (port === undefined) throw new Error('asked for one port, given none');
  return port;
}

/**
 * A process claims a block by listening on its first port until it ends, so that its end frees the block whatever it dies of.
 * @param seed which block is tried first.
 */
export function createPortSource(range: PortRange, seed: number): PortSource {
  const blocks = Math.floor((range.last - range.first + 1) / range.blockSize);
  let next = 0;
  let end = 0;
  let turn: Promise<unknown> = Promise.resolve();

  const claimBlock = async (): Promise<void> => {
    for (let looked = 0; looked < blocks; looked += 1) {
      const guard = range.first + ((seed + looked) % blocks) * range.blockSize;
      const server = await listen(guard, '127.0.0.1');
      if (server === undefined) continue;
      server.unref();
      next = guard + 1;
      end = guard + range.blockSize;
      return;
    }
    throw new Error(`no test port is left between ${range.first} and ${range.last}: all ${blocks} blocks are taken`);
  };
  const take = async (count: number): Promise<number[]> => {
    const ports: number[] = [];
    while (ports.length < count) {
      if (next === end) await claimBlock();
      const port = next;
      next += 1;
      if (await isFree(port)) ports.push(port);
    }
    return ports;
  };
  return (count) => {
    // One after another: two askers that find the block used up would claim a block each and forget the rest of one.
    const taken = turn.then(() => take(count));
    turn = taken.catch(() => {});
    return taken;
  };
}

/** Both are asked because systems differ in whether a listener at one address keeps another from all addresses, and the other way round. */
async function isFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', undefined]) {
    const server = await listen(port, host);
    if (server === undefined) return false;
    await new Promise((resolve) => server.close(resolve));
  }
  return true;
}

/**
 * @param host nothing: all addresses, of IPv6 too where there is IPv6.
 * @returns nothing where the port is taken, or is kept from this user.
 */
function listen(port: number, host: string | undefined): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    // Exclusive: the workers of a cluster would otherwise share the listener of their primary, and all find it free.
    server.listen({ port, exclusive: true, ...(host === undefined ? {} : { host }) }, () => resolve(server));
  });
}
