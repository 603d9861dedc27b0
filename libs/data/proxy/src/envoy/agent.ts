/** An Envoy as the proxy, and this process as the agent beside it: it holds the identity, passes the configuration on, starts and ends Envoy. */

import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Cancel, createLifecycle, delay, type Part, randomHex, WeftError } from '@weft/kernel';
import type { LogLevel } from '@weft/telemetry';
import { formatHostPort } from '../admin/side-server.ts';
import { createReadinessServer } from '../admin/status-servers.ts';
import { assertFree, assertListenersFree } from '../free-port.ts';
import { createOwnIdentity } from '../identity/own-identity.ts';
import type { ProxyOptions } from '../proxy-options.ts';
import { describeNode } from '../session/node-description.ts';
import { openStateFolder, type StateFolder } from '../session/state-folder.ts';
import { socketPathBytesMax } from '../workload-api/unix-server.ts';
import { createAdsRelay, createTrustKeeper } from './ads-relay.ts';
import { envoyBootstrap } from './bootstrap.ts';
import { drainEnvoy, type EnvoyState, readEnvoyState } from './envoy-admin.ts';
import { envoyArguments } from './envoy-arguments.ts';
import { EnvoyError } from './envoy-error.ts';
import { type EnvoyExit, type EnvoyProcess, findProgram, isOutputUsable, startEnvoy } from './envoy-process.ts';

export interface EnvoyAgentOptions extends Omit<ProxyOptions, 'onQuit' | 'reasonHeader' | 'appMetrics'> {
  readonly envoy: {
    /** A path, or a name on the PATH. */
    readonly program: string;
    /** More arguments, after ours. */
    readonly args: readonly string[];
  };
  readonly logLevel: LogLevel;
  /** Envoy has ended by itself. */
  onExit(exit: EnvoyExit): void;
}

export interface EnvoyAgent {
  /** Resolves when Envoy runs, before it is ready. @throws EnvoyError, ListenError, WeftError state_invalid. */
  start(): Promise<void>;
  /** Drains, then ends Envoy and what is beside it. */
  stop(): Promise<void>;
  /** Passes a signal on. */
  signal(signal: NodeJS.Signals): void;
  /** Why it is not ready; nothing when it is. */
  notReady(): string | undefined;
  /** Process id; nothing while it does not run. */
  pid(): number | undefined;
}

/** How long a start waits for the first certificate; a token that is refused is not waited for. */
export const certificateWaitMs = 15_000;
/** How often Envoy is asked how it is: until it is ready, and after. */
const lookMs = { starting: 100, running: 500, draining: 50 } as const;
/** As a proxy's own: peers are told before connections end. */
const announceMs = 250;
const bootstrapFile = 'envoy.json';
const socketName = 'ads.sock';

export function createEnvoyAgent(options: EnvoyAgentOptions): EnvoyAgent {
  const { clock, log, admin } = options;
  const stateDir = resolve(options.stateDir);
  let folder: StateFolder | undefined;
  let envoy: EnvoyProcess | undefined;
  let state: EnvoyState | undefined;
  let stopping = false;
  let cancelLook: Cancel | undefined;
  let reported = '';
  let failed: (error: unknown) => void = () => {};

  const stateFolder: StateFolder = {
    read: async (file) => folder?.read(file),
    write: async (file, content) => folder?.write(file, content),
  };
  const trust = createTrustKeeper(() => identity.tls.rootsChanged(), log);
  const identity = createOwnIdentity(options, stateFolder, trust, (error) => failed(error));
  const socket = adsSocket(stateDir);
  const relay = createAdsRelay({ path: socket.path, identity, trust, clock, log });

  const notReady = (): string | undefined => {
    if (stopping) return 'draining';
    if (identity.manager.current() === undefined) return 'no certificate from the CA';
    return state === undefined ? 'Envoy does not answer yet' : state.notReady;
  };

  const report = ({ healthy, reason }: EnvoyState): void => {
    const verdict = `${healthy} ${reason}`;
    if (verdict === reported || stopping) return;
    reported = verdict;
    log.info({ healthy, reason }, healthy ? 'the workload is healthy' : 'the workload is not healthy');
    relay.reportHealth(healthy, reason);
  };

  const look = async (): Promise<void> => {
    const wasReady = state !== undefined && state.notReady === undefined;
    try {
      state = await readEnvoyState(admin);
      if (state.notReady === undefined) {
        if (!wasReady) log.info('Envoy is ready');
        report(state);
      }
    } catch {
      state = undefined;
    }
    if (stopping) return;
    const ready = state !== undefined && state.notReady === undefined;
    cancelLook = clock.after(ready ? lookMs.running : lookMs.starting, () => void look());
  };

  const firstCertificate = (): Promise<void> =>
    new Promise((settle, reject) => {
      if (identity.manager.current() !== undefined) return settle();
      let last: unknown;
      const cancelWait = clock.after(certificateWaitMs, () => reject(noCertificate(options, last)));
      const unfollow = identity.manager.onChange((own) => {
        if (own === undefined) return;
        cancelWait();
        unfollow();
        settle();
      });
      failed = (error) => {
        last = error;
        const final = error instanceof WeftError && (error.code === 'token_invalid' || error.code === 'csr_invalid');
        if (!final) return;
        cancelWait();
        reject(new EnvoyError(error.message, false, error));
      };
    });

  const run = async (): Promise<void> => {
    const program = findProgram(options.envoy.program);
    const bootstrap = envoyBootstrap({ ...options, node: describeNode(options), adsSocket: socket.path });
    await stateFolder.write(bootstrapFile, `${JSON.stringify(bootstrap, null, 1)}\n`);
    const args = envoyArguments({ ...options, bootstrap: join(stateDir, bootstrapFile), more: options.envoy.args });
    envoy = await startEnvoy({ program, args, output: outputOf(options, stateDir), clock });
    log.info({ envoy: envoy.pid, program }, 'Envoy is started');
    void envoy.ended.then((exit) => {
      if (!stopping) options.onExit(exit);
    });
    void look();
  };

  const drain = async (): Promise<void> => {
    const untilMs = clock.monotonic() + options.drainSeconds * 1000;
    relay.reportHealth(false, 'draining');
    if (state?.notReady !== undefined || state === undefined) return;
    log.info({ seconds: options.drainSeconds }, 'draining');
    await delay(clock, Math.min(announceMs, options.drainSeconds * 1000));
    try {
      await drainEnvoy(admin);
      while (clock.monotonic() < untilMs && (await readEnvoyState(admin)).connections > 0) {
        await delay(clock, lookMs.draining);
      }
    } catch {
      // It has ended already.
    }
  };

  const readiness = createReadinessServer('--readiness', options.readiness, notReady);
  const { workloadApi } = identity;
  const lifecycle = createLifecycle(
    [
      { name: 'Envoy program', start: () => void findProgram(options.envoy.program) },
      {
        name: 'state folder',
        start: async () => {
          folder = await openStateFolder(stateDir);
        },
      },
      { name: 'ports', start: () => assertPorts(options) },
      readinessPart(readiness),
      { name: 'identity', start: identity.manager.start, stop: identity.manager.stop },
      ...(workloadApi === undefined ? [] : [workloadApi]),
      { name: 'certificate', start: firstCertificate },
      { name: 'socket', start: socket.make, stop: socket.remove },
      relay,
      {
        name: 'Envoy',
        start: run,
        stop: async () => {
          await envoy?.stop();
        },
      },
    ],
    (part, error) => log.warn({ part, err: error }, 'a part did not stop cleanly'),
  );

  return {
    start: lifecycle.start,
    async stop() {
      if (!stopping) {
        stopping = true;
        cancelLook?.();
        await drain();
      }
      await lifecycle.stop();
    },
    signal: (signal) => envoy?.signal(signal),
    notReady,
    pid: () => envoy?.pid,
  };
}

function readinessPart({ start, stop }: ReturnType<typeof createReadinessServer>): Part {
  return { name: 'readiness', start, stop };
}

function noCertificate({ xds }: EnvoyAgentOptions, last: unknown): EnvoyError {
  const why = last instanceof Error ? last.message : 'it does not answer';
  const sentence = `no certificate within ${certificateWaitMs / 1000} s from the control plane at ${formatHostPort(xds)}: start it, or name another one with --xds`;
  return new EnvoyError(`${sentence} (${why})`, true, last);
}

interface SocketPlace {
  readonly path: string;
  make(): void;
  remove(): void;
}

/** In the state folder, which is private; in one of its own where the path is longer than the system takes. */
function adsSocket(stateDir: string): SocketPlace {
  const path = join(stateDir, socketName);
  if (Buffer.byteLength(path) <= socketPathBytesMax) return { path, make: () => {}, remove: () => {} };
  const folder = join(tmpdir(), `weft-ads-${randomHex(8)}`);
  return {
    path: join(folder, socketName),
    make: () => void mkdirSync(folder, { mode: 0o700 }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function outputOf({ accessLog, log }: EnvoyAgentOptions, stateDir: string): string | undefined {
  if (accessLog !== undefined || isOutputUsable()) return accessLog;
  const path = join(stateDir, 'access.log');
  log.info({ path }, 'standard output is a socket, which Envoy cannot open: its access log goes to a file');
  return path;
}

/** Envoy says of a busy port only that a listener failed, and goes on without it. */
async function assertPorts(options: EnvoyAgentOptions): Promise<void> {
  await assertFree('--admin', options.admin);
  await assertFree('--prometheus', options.prometheus);
  await assertListenersFree(options);
}
