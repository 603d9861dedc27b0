/** The proxy: identity, session, data path and side servers, tied together; started, drained, stopped. */

import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { toBinary } from '@bufbuild/protobuf';
import { createBalancer } from '@weft/data-balancing';
import { createRuntime, type RuntimeChange } from '@weft/data-runtime';
import { createIdentityManager } from '@weft/identity';
import { createLifecycle, type Lifecycle, WeftError } from '@weft/kernel';
import { createMetricRegistry } from '@weft/telemetry';
import { NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { createXdsClient, xdsTypes } from '@weft/xds-protocol';
import { createAdminServer } from './admin/admin-server.ts';
import { formatHostPort } from './admin/side-server.ts';
import { createPrometheusServer, createReadinessServer } from './admin/status-servers.ts';
import { createDataPath, type DataPath } from './data-path.ts';
import { drainProxy } from './drain.ts';
import { assertFree } from './free-port.ts';
import { createWorkloadHealth } from './health/workload-health.ts';
import { createCaClient } from './identity/ca-client.ts';
import { createIdentityStore } from './identity/identity-store.ts';
import { createTlsIdentity } from './identity/tls-identity.ts';
import { createTokenFolder } from './identity/token-folder.ts';
import type { ProxyOptions } from './proxy-options.ts';
import { notReadyReason } from './readiness.ts';
import { createConfigCache } from './session/config-cache.ts';
import { describeNode } from './session/node-description.ts';
import { createSession, type Session } from './session/session.ts';
import { openStateFolder, type StateFolder } from './session/state-folder.ts';

export interface Proxy {
  /**
   * Opens the side servers, then the session; resolves before the proxy is ready, which the readiness port tells.
   * @throws ListenError for an address of a flag that is not to be had, WeftError state_invalid for the state folder.
   */
  start(): Promise<void>;
  /** Ends connections politely, within `drainSeconds`; the process and its side servers go on. A second call waits for the first. */
  drain(): Promise<void>;
  /** Drains, then closes everything. */
  stop(): Promise<void>;
  /** Why it is not ready; nothing when it is. */
  notReady(): string | undefined;
  /** Where the side servers listen, with real ports; after `start`. */
  addresses(): { readonly admin: string; readonly readiness: string; readonly prometheus: string };
}

export function createProxy(options: ProxyOptions): Proxy {
  const { clock, random, log } = options;
  const registry = createMetricRegistry();
  const node = describeNode(options);
  const tokens = createTokenFolder(options.tokenDir);
  const xds = formatHostPort(options.xds);
  const server = options.xdsServerName === undefined ? {} : { serverName: options.xdsServerName };
  const runtime = createRuntime({
    createBalancer,
    clock,
    random,
    resolveDns: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
    outbound: options.mode === 'gateway' ? 'gateway' : 'outbound',
  });
  // Opened by the first part; all others run later.
  let folder: StateFolder | undefined;
  const state: StateFolder = {
    read: async (name) => folder?.read(name),
    write: async (name, content) => folder?.write(name, content),
  };
  const onProblem = (sentence: string, error?: unknown): void => {
    // An expected failure says all in its message; a stack would only hide it.
    if (error instanceof WeftError) log.warn({ code: error.code, reason: error.message }, sentence);
    else log.warn({ err: error }, sentence);
  };
  const manager = createIdentityManager({
    sign: createCaClient({ address: xds, ...server, tokens, clock }),
    clock,
    random,
    store: createIdentityStore(state),
    onProblem,
  });
  const tls = createTlsIdentity(manager, () => runtime.tables.roots.current);
  let path: DataPath | undefined;
  let session: Session | undefined;
  let draining: Promise<void> | undefined;
  let lifecycle: Lifecycle | undefined;

  const health = createWorkloadHealth({
    clock,
    tables: runtime.tables,
    report(healthy, message) {
      log.info({ healthy, reason: message }, 'the workload has turned');
      if (draining === undefined) session?.reportHealth(healthy, message);
    },
  });

  const follow = ({ typeUrl }: RuntimeChange): void => {
    if (typeUrl === xdsTypes.SDS) tls.rootsChanged();
    if (typeUrl === xdsTypes.LDS || typeUrl === xdsTypes.RDS) path?.sync();
    if (typeUrl === xdsTypes.CDS || typeUrl === xdsTypes.EDS) health.refresh();
  };

  const notReady = (): string | undefined => {
    if (session === undefined || path === undefined) return 'starting';
    return notReadyReason({
      draining: draining !== undefined,
      session: session.state(),
      tables: runtime.tables,
      listeners: path.listenerStates(),
      certified: tls.material() !== undefined,
    });
  };

  const drain = (): Promise<void> => {
    draining ??= (async () => {
      if (path === undefined) return;
      log.info({ seconds: options.drainSeconds }, 'draining');
      const announced = session?.state().connected === true && options.inbound.length > 0;
      session?.reportHealth(false, 'draining');
      await drainProxy({ clock, path, limitMs: options.drainSeconds * 1000, announced });
    })();
    return draining;
  };

  const admin = createAdminServer('--admin', options.admin, {
    node,
    clock,
    log,
    registry,
    tables: runtime.tables,
    received: runtime.received,
    listenerStates: () => path?.listenerStates() ?? [],
    poolStats: (cluster) => path?.poolStats(cluster) ?? { connections: 0, active: 0 },
    identity: manager.current,
    notReady,
    drain: () => void drain(),
    quit: options.onQuit,
  });
  const readiness = createReadinessServer('--readiness', options.readiness, notReady);
  const prometheus = createPrometheusServer('--prometheus', options.prometheus, registry);

  const createParts = (): Lifecycle =>
    createLifecycle(
      [
        {
          name: 'state folder',
          async start() {
            folder = await openStateFolder(options.stateDir);
          },
        },
        { name: 'ports', start: () => assertPorts(options) },
        { name: 'readiness', ...readiness },
        { name: 'prometheus', ...prometheus },
        { name: 'admin', ...admin },
        {
          name: 'identity',
          start: manager.start,
          stop: manager.stop,
        },
        {
          name: 'data path',
          start() {
            const { accessLog } = options;
            path = createDataPath({ clock, random, log, registry, runtime, identity: tls, accessLog });
            runtime.onChange(follow);
          },
          stop() {
            path?.close();
            health.stop();
            runtime.stop();
          },
        },
        {
          name: 'session',
          async start() {
            const fingerprint = createHash('sha256').update(toBinary(NodeSchema, node)).digest('hex');
            const cache = createConfigCache({
              folder: state,
              clock,
              fingerprint,
              resources: runtime.received,
              onProblem,
            });
            session = createSession({
              runtime,
              cache,
              clock,
              log,
              onConnected() {
                // Its CA is there as well: no use in waiting out a back-off.
                if (manager.current() === undefined) manager.renew();
              },
              connect: (handlers) =>
                createXdsClient({
                  address: xds,
                  ...server,
                  rootCertPem: tokens.rootCertPem,
                  token: tokens.token,
                  node,
                  handlers,
                  clock,
                  random,
                }),
            });
            await session.start();
          },
          stop: () => session?.stop(),
        },
      ],
      (part, error) => log.warn({ part, err: error }, 'a part did not stop cleanly'),
    );

  return {
    start() {
      lifecycle = createParts();
      return lifecycle.start();
    },
    drain,
    async stop() {
      await drain();
      await lifecycle?.stop();
    },
    notReady,
    addresses: () => ({
      admin: admin.address(),
      readiness: readiness.address(),
      prometheus: prometheus.address(),
    }),
  };
}

/** Listeners come from the control plane, but their addresses from this command line: a busy one is said at once. */
async function assertPorts(options: ProxyOptions): Promise<void> {
  if (options.outbound !== undefined) await assertFree('--outbound', options.outbound);
  for (const { name, bind, port } of options.inbound) await assertFree(`--inbound ${name}`, { host: bind, port });
}
