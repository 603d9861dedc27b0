/** An Envoy as the proxy, and this process as the agent beside it: it holds the identity, passes the configuration on, starts and ends Envoy. */

import { join, resolve } from 'node:path';
import { createLifecycle, type Part } from '@weft/kernel';
import type { LogLevel } from '@weft/telemetry';
import { createReadinessServer } from '../admin/status-servers.ts';
import { assertFree, assertListenersFree } from '../free-port.ts';
import { createOwnIdentity, type OwnIdentity } from '../identity/own-identity.ts';
import type { ProxyOptions } from '../proxy-options.ts';
import { describeNode } from '../session/node-description.ts';
import { createLateStateFolder } from '../session/state-folder.ts';
import { type AdsRelay, createAdsRelay, createTrustKeeper } from './ads-relay.ts';
import { adsSocket, type SocketPlace } from './ads-socket.ts';
import { envoyBootstrap } from './bootstrap.ts';
import { envoyArguments } from './envoy-arguments.ts';
import { type EnvoyExit, type EnvoyProcess, findProgram, isOutputUsable, startEnvoy } from './envoy-process.ts';
import { EnvoyWatch } from './envoy-watch.ts';
import { createFirstCertificate, type FirstCertificate } from './first-certificate.ts';

export interface EnvoyAgentOptions extends Omit<ProxyOptions, 'onQuit' | 'reasonHeader' | 'appMetrics'> {
  readonly envoy: {
    /** A path, or a name on the PATH. */
    readonly program: string;
    /** More arguments, after ours. */
    readonly args: readonly string[];
    /** The PATH. */
    readonly searchPath: string;
  };
  readonly logLevel: LogLevel;
  /** Envoy has ended by itself. */
  onExit(exit: EnvoyExit): void;
}

export interface EnvoyAgent {
  /** Resolves when Envoy runs, before it is ready. @throws EnvoyError, ListenError, WeftError state_invalid. */
  start(): Promise<void>;
  /** Drains, then ends Envoy and what is beside it. A second call waits for the first. */
  stop(): Promise<void>;
  /** Passes a signal on. */
  signal(signal: NodeJS.Signals): void;
  /** Why it is not ready; nothing when it is. */
  notReady(): string | undefined;
  /** Process id; nothing while it does not run. */
  pid(): number | undefined;
}

const bootstrapFile = 'envoy.json';

export function createEnvoyAgent(options: EnvoyAgentOptions): EnvoyAgent {
  const agent = new RunningAgent(options);
  // Each may be passed on by itself.
  return {
    start: () => agent.start(),
    stop: () => agent.stop(),
    signal: (signal) => agent.signal(signal),
    notReady: () => agent.notReady(),
    pid: () => agent.pid(),
  };
}

class RunningAgent implements EnvoyAgent {
  readonly #options: EnvoyAgentOptions;
  readonly #stateDir: string;
  readonly #state = createLateStateFolder();
  readonly #socket: SocketPlace;
  readonly #firstCertificate: FirstCertificate;
  readonly #identity: OwnIdentity;
  readonly #relay: AdsRelay;
  readonly #watch: EnvoyWatch;
  readonly #lifecycle: ReturnType<typeof createLifecycle>;
  #starting: Promise<void> = Promise.resolve();
  #envoy: EnvoyProcess | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: EnvoyAgentOptions) {
    const { clock, log, admin, xds } = options;
    this.#options = options;
    this.#stateDir = resolve(options.stateDir);
    this.#socket = adsSocket(this.#stateDir);
    this.#firstCertificate = createFirstCertificate(xds, clock);
    const trust = createTrustKeeper(() => this.#identity.tls.rootsChanged(), log);
    this.#identity = createOwnIdentity(options, this.#state, trust, this.#firstCertificate.onProblem);
    this.#relay = createAdsRelay({ path: this.#socket.path, identity: this.#identity, trust, clock, log });
    const report = this.#relay.reportHealth;
    this.#watch = new EnvoyWatch({ admin, clock, log, report });
    this.#lifecycle = createLifecycle(this.#order(), (part, error) =>
      log.warn({ part, err: error }, 'a part did not stop cleanly'),
    );
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopNow();
    return this.#stopping;
  }

  signal(signal: NodeJS.Signals): void {
    this.#envoy?.signal(signal);
  }

  notReady(): string | undefined {
    if (this.#stopping !== undefined) return 'draining';
    if (this.#identity.manager.current() === undefined) return 'no certificate from the CA';
    return this.#watch.notReady();
  }

  pid(): number | undefined {
    return this.#envoy?.pid;
  }

  #order(): readonly Part[] {
    const options = this.#options;
    const { manager, workloadApi } = this.#identity;
    const { start, stop } = createReadinessServer('--readiness', options.readiness, () => this.notReady());
    return [
      { name: 'Envoy program', start: () => void findProgram(options.envoy.program, options.envoy.searchPath) },
      { name: 'state folder', start: () => this.#state.open(this.#stateDir) },
      { name: 'ports', start: () => assertPorts(options) },
      { name: 'readiness', start, stop },
      { name: 'identity', start: manager.start, stop: manager.stop },
      ...(workloadApi === undefined ? [] : [workloadApi]),
      { name: 'certificate', start: () => this.#firstCertificate.wait(manager) },
      this.#socket,
      this.#relay,
      { name: 'Envoy', start: () => this.#startEnvoy(), stop: () => this.#endEnvoy() },
    ];
  }

  #startEnvoy(): Promise<void> {
    this.#starting = this.#run();
    return this.#starting;
  }

  async #run(): Promise<void> {
    const options = this.#options;
    const { clock, log } = options;
    const program = findProgram(options.envoy.program, options.envoy.searchPath);
    const bootstrap = envoyBootstrap({ ...options, node: describeNode(options), adsSocket: this.#socket.path });
    await this.#state.write(bootstrapFile, `${JSON.stringify(bootstrap, null, 1)}\n`);
    // Told to stop meanwhile: nobody would end what is started now.
    if (this.#stopping !== undefined) return;
    const file = join(this.#stateDir, bootstrapFile);
    const args = envoyArguments({ ...options, bootstrap: file, more: options.envoy.args });
    const envoy = await startEnvoy({ program, args, output: outputOf(options, this.#stateDir), clock });
    this.#envoy = envoy;
    log.info({ envoy: envoy.pid, program }, 'Envoy is started');
    void envoy.ended.then((exit) => {
      this.#envoy = undefined;
      if (this.#stopping === undefined) options.onExit(exit);
    });
    this.#watch.start();
  }

  async #endEnvoy(): Promise<void> {
    // Why it could not be started is for whoever started.
    await this.#starting.catch(() => {});
    await this.#envoy?.stop();
  }

  async #stopNow(): Promise<void> {
    this.#watch.stop();
    this.#relay.reportHealth(false, 'draining');
    // Where ours does not run, somebody else may be what answers on the admin port.
    if (this.#envoy !== undefined) await this.#watch.drain(this.#options.drainSeconds);
    await this.#lifecycle.stop();
  }
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
