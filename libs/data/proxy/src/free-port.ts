/** Whether an address can be listened on, asked before the control plane tells this proxy to. */

import { createServer } from 'node:net';
import { formatHostPort } from '@weft/kernel';
import { ListenError } from './admin/side-server.ts';
import type { ProxyOptions } from './proxy-options.ts';
import type { HostPort } from './session/node-description.ts';

/** @param flag names the setting that gave the address. @throws ListenError. */
export function assertFree(flag: string, at: HostPort): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => reject(new ListenError(flag, formatHostPort(at.host, at.port), error)));
    server.listen({ host: at.host, port: at.port }, () => server.close(() => resolve()));
  });
}

/** As the control plane has them listened on (Istio's own). */
const capturePorts = { out: 15_001, in: 15_006 } as const;

/** Listeners come from the control plane, but their addresses from this command line: a busy one is said at once. @throws ListenError. */
export async function assertListenersFree(
  options: Pick<ProxyOptions, 'outbound' | 'inbound' | 'captured'>,
): Promise<void> {
  if (options.outbound !== undefined) await assertFree('--outbound', options.outbound);
  for (const { name, bind, port } of options.inbound) await assertFree(`--inbound ${name}`, { host: bind, port });
  if (options.captured !== true) return;
  for (const port of Object.values(capturePorts)) await assertFree('--captured', { host: '0.0.0.0', port });
}
