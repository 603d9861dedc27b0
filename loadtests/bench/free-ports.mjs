// Ports that nobody listens on, by the rule of @weft/kernel/testing, which plain node cannot import: below the ports that kernels give to
// clients, each given once, in blocks whose first port this process listens on as long as it lives.
import { createServer } from 'node:net';

const firstPort = 24_000;
const blockSize = 32;
const blocks = 272;

let next = 0;
let end = 0;

export async function freePorts(count) {
  const ports = [];
  while (ports.length < count) {
    if (next === end) await claimBlock();
    const port = next;
    next += 1;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

async function claimBlock() {
  for (let looked = 0; looked < blocks; looked += 1) {
    const guard = firstPort + ((process.pid + looked) % blocks) * blockSize;
    const server = await listen(guard, '127.0.0.1');
    if (server === undefined) continue;
    server.unref();
    next = guard + 1;
    end = guard + blockSize;
    return;
  }
  throw new Error(`no port is left from ${firstPort} on: all ${blocks} blocks are taken`);
}

async function isFree(port) {
  for (const host of ['127.0.0.1', undefined]) {
    const server = await listen(port, host);
    if (server === undefined) return false;
    await new Promise((resolve) => server.close(resolve));
  }
  return true;
}

function listen(port, host) {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}
