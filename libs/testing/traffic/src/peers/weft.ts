/** Our sidecar, in this process, fed by the control plane. */

import { join } from 'node:path';
import type { FakeControlPlane, TestResource } from '@weft/data-proxy/testing';
import { createTestProxy, type TestProxy } from '@weft/data-proxy/testing/proxy';
import { tailLog } from './log-tail.ts';
import type { Peer } from './peer.ts';
import { accepts } from './probe.ts';

/** @param ports of the listeners, by case. */
export async function startWeft(
  plane: FakeControlPlane,
  resources: readonly TestResource[],
  ports: readonly number[],
): Promise<Peer> {
  const refused = new Map<number, string>();
  const start = async (): Promise<TestProxy> => {
    plane.serve(
      'weft',
      resources.filter(({ name }) => !refused.has(Number(/^case-(\d+)/.exec(name)?.[1]))),
    );
    const before = plane.events.length;
    const proxy = await createTestProxy(plane, 'traffic/weft');
    await proxy.proxy.start();
    const why = await ready(proxy.proxy.notReady, () =>
      plane.events.slice(before).find((event) => event.startsWith('nack')),
    );
    if (why === undefined) return proxy;
    // An update is taken as a whole or not at all: what was refused is left out of the next one.
    for (const [index, reason] of refusedCases(why)) refused.set(index, reason);
    await proxy.stop();
    return start();
  };
  const proxy = await start();
  for (const [index, port] of ports.entries()) if (!refused.has(index)) await opened(port, index);
  const tail = tailLog(join(proxy.folder, 'access.log'));
  return {
    name: 'weft',
    portOf: (index) => ports[index] ?? 0,
    refusal: (index) => refused.get(index),
    logLine: tail.line,
    stop: proxy.stop,
  };
}

const readyTimeoutMs = 20_000;

/** Resolves when the proxy is ready, or with what it has refused. */
async function ready(notReady: () => string | undefined, nack: () => string | undefined): Promise<string | undefined> {
  const until = performance.now() + readyTimeoutMs;
  for (;;) {
    const refused = nack();
    const why = notReady();
    if (refused !== undefined || why === undefined) return refused;
    if (performance.now() > until) throw new Error(`our sidecar is not ready: ${why}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Case → why, of a message such as "nack Listener case-4: field x is not supported; Listener case-7: ...". */
function refusedCases(nack: string): ReadonlyMap<number, string> {
  const found = [...nack.matchAll(/\bcase-(\d+)\b([^;]*)/g)];
  if (found.length === 0) throw new Error(`our sidecar refused the table: ${nack}`);
  return new Map(found.map(([, index, why]) => [Number(index), why ?? '']));
}

async function opened(port: number, index: number): Promise<void> {
  const until = performance.now() + readyTimeoutMs;
  while (!(await accepts(port)))
    if (performance.now() > until) throw new Error(`case-${index}: its port does not open`);
}
