/** A proxy in this process, on ports of its own, with folders that go when it stops. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandom } from '@weft/kernel';
import { createLogger } from '@weft/telemetry';
import { createProxy, type MeshProxy } from '../proxy.ts';
import type { ProxyOptions } from '../proxy-options.ts';
import type { FakeControlPlane } from './fake-control-plane.ts';

export interface TestProxy {
  readonly proxy: MeshProxy;
  readonly options: ProxyOptions;
  /** Folder that holds everything; the access log is `access.log` in it. */
  readonly folder: string;
  /** Real port of a listener, by name. */
  portOf(listener: string): Promise<number>;
  /** Body of an admin page. */
  admin(path: string): Promise<string>;
  /** The same proxy once more, over the same state. */
  again(changes?: Partial<ProxyOptions>): TestProxy;
  stop(): Promise<void>;
}

/** @param token "ns/sa". Not started. */
export async function createTestProxy(
  plane: FakeControlPlane,
  token: string,
  changes: Partial<ProxyOptions> = {},
): Promise<TestProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'weft-proxy-'));
  await writeFile(join(folder, 'token'), `${token}\n`, { mode: 0o600 });
  await writeFile(join(folder, 'root-cert.pem'), plane.ca.rootPem);
  const [namespace = '', name = ''] = token.split('/');
  const freePort = { host: '127.0.0.1', port: 0 };
  const options: ProxyOptions = {
    mode: 'sidecar',
    workloadGroup: { namespace, name },
    xds: { host: '127.0.0.1', port: plane.port },
    xdsServerName: undefined,
    tokenDir: folder,
    address: '127.0.0.1',
    inbound: [],
    outbound: freePort,
    gatewayBind: '127.0.0.1',
    admin: freePort,
    readiness: freePort,
    prometheus: freePort,
    stateDir: join(folder, 'state'),
    accessLog: join(folder, 'access.log'),
    accessLogFlushMs: 20,
    drainSeconds: 2,
    version: '0.0.0',
    clock: systemClock,
    random: systemRandom,
    log: createLogger({ name: 'test', level: 'silent' }),
    onQuit: () => {},
    ...changes,
  };
  return wrap(folder, options);
}

function wrap(folder: string, options: ProxyOptions): TestProxy {
  const proxy = createProxy(options);
  const admin = async (path: string): Promise<string> =>
    (await fetch(`http://${proxy.addresses().admin}${path}`)).text();
  return {
    proxy,
    options,
    folder,
    admin,
    async portOf(listener) {
      const { listener_statuses } = JSON.parse(await admin('/listeners?format=json')) as {
        listener_statuses: { name: string; local_address: { socket_address: { port_value: number } } }[];
      };
      const found = listener_statuses.find(({ name }) => name === listener);
      if (found === undefined) throw new Error(`no listener ${listener}`);
      return found.local_address.socket_address.port_value;
    },
    again: (changes = {}) => wrap(folder, { ...options, ...changes }),
    async stop() {
      await proxy.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
