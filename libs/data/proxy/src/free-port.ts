/** Whether an address can be listened on, asked before the control plane tells this proxy to. */

import { createServer } from 'node:net';
import { formatHostPort, ListenError } from './admin/side-server.ts';
import type { HostPort } from './session/node-description.ts';

/** @param flag names the setting that gave the address. @throws ListenError. */
export function assertFree(flag: string, at: HostPort): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => reject(new ListenError(flag, formatHostPort(at), error)));
    server.listen({ host: at.host, port: at.port }, () => server.close(() => resolve()));
  });
}
