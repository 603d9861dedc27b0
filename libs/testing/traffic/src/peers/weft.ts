/** Our sidecar, in this process, fed by the control plane. */

import { join } from 'node:path';
import type { FakeControlPlane, TestResource } from '@weft/data-proxy/testing';
import { createTestProxy } from '@weft/data-proxy/testing/proxy';
import { tailLog } from './log-tail.ts';
import type { Peer } from './peer.ts';

/** @param ports of the listeners, by case. */
export async function startWeft(
  plane: FakeControlPlane,
  resources: readonly TestResource[],
  ports: readonly number[],
): Promise<Peer> {
  plane.serve('weft', resources);
  const nacks = plane.events.length;
  const proxy = await createTestProxy(plane, 'traffic/weft');
  await proxy.proxy.start();
  await proxy.portOf('case-0').catch(() => {});
  await ready(proxy.proxy.notReady, () => plane.events.slice(nacks).find((event) => event.startsWith('nack')));
  const tail = tailLog(join(proxy.folder, 'access.log'));
  return { name: 'weft', portOf: (index) => ports[index] ?? 0, logLine: tail.line, stop: proxy.stop };
}

const readyTimeoutMs = 20_000;

async function ready(notReady: () => string | undefined, nack: () => string | undefined): Promise<void> {
  const until = performance.now() + readyTimeoutMs;
  for (;;) {
    const why = notReady();
    if (why === undefined) return;
    const refused = nack();
    if (refused !== undefined) throw new Error(`our sidecar refused the table: ${refused}`);
    if (performance.now() > until) throw new Error(`our sidecar is not ready: ${why}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
