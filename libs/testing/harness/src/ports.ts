/** Ports for a test: free when asked, on loopback. */

import { createServer, type Server } from 'node:net';

/** Below the ports that systems give to clients (Linux: from 32,768 on): no connection takes one between the look and the listener. */
const firstPort = 10_000;
const lastPort = 31_999;

// Processes that run at a time look at different places, and one process looks on from where it was.
let next = firstPort + ((process.pid * 127) % (lastPort - firstPort));

/** @returns `count` different ports that were free a moment ago. @throws where there are not so many. */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  const ports: number[] = [];
  for (let looked = 0; ports.length < count; looked += 1) {
    if (looked > lastPort - firstPort) throw new Error(`no ${count} free ports`);
    const port = next;
    next = port < lastPort ? port + 1 : firstPort;
    const server = await listen(port);
    if (server === undefined) continue;
    servers.push(server);
    ports.push(port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** @returns nothing where somebody else listens. */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
