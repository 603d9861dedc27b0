/** Puts any local process into the mesh behind a sidecar of its own: the composition behind `weft run`. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import type { Clock } from '@weft/kernel';
import { AdminError, type OperatorClient } from '@weft/operator-admin-client';
import { fileFailure, LaunchError } from '../launch-error.ts';
import { type Layout, layoutOf } from '../plan/layout.ts';
import { type Ingress, planSidecar } from '../plan/mesh.ts';
import { localRunBlockAt, localRunBlocks, type MeshPorts, type PortBlock } from '../plan/ports.ts';
import type { ProcessSpec } from '../plan/process-spec.ts';
import { proxyEnv } from '../plan/services.ts';
import { assertEnvoy, type SidecarKind } from '../plan/sidecar-choice.ts';
import type { ChildState } from '../process/child.ts';
import { identityOf } from '../process/identity.ts';
import { markerVariable } from '../process/marker.ts';
import { isPortFree } from '../process/ports.ts';
import { createSupervisor, type Supervisor } from '../process/supervisor.ts';
import { type Claim, claimRun } from './claim.ts';
import { baseEnvironment } from './environment.ts';
import { applyMissing, type LocalResource, localResources, removeResources } from './local-resources.ts';

export interface LocalRunOptions {
  readonly root: string;
  readonly dir: string;
  readonly name: string;
  readonly namespace: string;
  /** Port that the process listens on. */
  readonly port: number;
  /** Name of the port; its prefix gives the protocol: "http", "grpc", "tcp". */
  readonly portName: string;
  readonly command: readonly string[];
  readonly ports: MeshPorts;
  /** Which program its sidecar is. */
  readonly sidecar: SidecarKind;
  readonly logLevel: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly operator: OperatorClient;
  onNotice(line: string): void;
  onState(name: string, state: ChildState, detail: string): void;
}

export interface LocalRun {
  /** Resolves with the exit code of the process. @throws LaunchError; the caller then stops it. */
  run(): Promise<number>;
  /** Passes a signal to the process. */
  signal(signal: NodeJS.Signals): void;
  /** Ends the sidecar, and removes what was applied for this run. */
  stop(): Promise<void>;
  /** Ends all at once; what was applied stays. */
  kill(): void;
}

/** A name that Kubernetes takes for a Service. */
const namePattern = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** @throws LaunchError where a name cannot be one. */
export function createLocalRun(options: LocalRunOptions): LocalRun {
  assertNames(options);
  const layout = layoutOf(options.dir);
  const runFile = layout.localRunFileOf(options.namespace, options.name);
  let supervisor: Supervisor | undefined;
  let claim: Claim | undefined;
  let child: ChildProcess | undefined;
  let made: readonly LocalResource[] = [];

  const record = (): void => {
    const own = child?.pid === undefined ? undefined : identityOf(child.pid);
    const mine = own === undefined ? [] : [{ name: options.name, ...own }];
    claim?.update({ processes: [...(supervisor?.processes() ?? []), ...mine] });
  };

  const startSidecar = async (): Promise<PortBlock> => {
    made = await reachable(applyMissing(options.operator, localResources(options)));
    const block = await freeBlock(options.ports.base);
    const sidecar = planOf(options, layout, runFile, block);
    supervisor = createSupervisor({
      specs: [sidecar],
      clock: options.clock,
      logOf: layout.logOf,
      otherLogs: [layout.accessLogOf(sidecar.name)],
      onState: options.onState,
      onProcesses: record,
    });
    await supervisor.start();
    return block;
  };

  return {
    async run() {
      if (options.sidecar === 'envoy') assertEnvoy(options.env['PATH']);
      makeDir(layout.runs);
      claim = await claimRun({
        ...{ runFile, dataDir: '', what: `run ${options.name}`, clock: options.clock },
        howToEnd: `end it there, or choose another --name`,
        onLeftovers: (left) => options.onNotice(`ending ${left.length} processes that an earlier run left`),
      });
      const block = await startSidecar();
      const [command = '', ...args] = options.command;
      options.onNotice(
        `${options.name}.${options.namespace} is in the mesh at port ${options.port}; try: curl -x http://127.0.0.1:${block.outbound} http://${options.name}.${options.namespace}:${options.port}/`,
      );
      claim.update({ state: 'ready' });
      // In the launcher's own group: it shares the terminal, as if it had been started without weft.
      child = spawn(command, args, {
        env: { ...options.env, [markerVariable]: runFile, ...proxyEnv(block.outbound), PORT: String(options.port) },
        stdio: 'inherit',
      });
      const exit = exitCodeOf(child, command);
      record();
      return await exit;
    },
    signal(signal) {
      child?.kill(signal);
    },
    async stop() {
      if (child?.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await supervisor?.stop();
      await removeResources(options.operator, made);
      claim?.release();
    },
    kill() {
      child?.kill('SIGKILL');
      supervisor?.kill();
      claim?.release();
    },
  };
}

function assertNames({ name, namespace }: LocalRunOptions): void {
  const wrong = [name, namespace].find((text) => !namePattern.test(text));
  if (wrong === undefined) return;
  throw new LaunchError(
    'bad-name',
    `"${wrong}" cannot be a name: use lower-case letters, digits and "-", from a letter, at most 63`,
  );
}

function planOf(options: LocalRunOptions, layout: Layout, runFile: string, block: PortBlock): ProcessSpec {
  const baseEnv = baseEnvironment(options.env, layout, runFile);
  const ingress: Ingress[] = [{ name: options.portName, inbound: block.inboundHttp, app: options.port }];
  // A name of its own among the logs and states: a service of the shop may have the same one.
  const workload = `${options.name}.${options.namespace}`;
  const plan = { ...options, layout, configDir: '', baseEnv, sidecarOf: () => options.sidecar };
  return planSidecar(plan, workload, options.namespace, options.name, block, ingress);
}

function makeDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileFailure(error, 'make the run folder', dir);
  }
}

/** The first block of which every port is free. @throws LaunchError */
async function freeBlock(base: number): Promise<PortBlock> {
  for (let index = 0; index < localRunBlocks.count; index++) {
    const block = localRunBlockAt(base, index);
    const free = await Promise.all(Object.values(block).map((port: number) => isPortFree(port)));
    if (!free.includes(false)) return block;
  }
  throw new LaunchError(
    'port-busy',
    `no free block of ports from ${localRunBlockAt(base, 0).http}; end some of the ${localRunBlocks.count} processes that \`weft run\` started`,
  );
}

async function reachable<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof AdminError) || error.kind !== 'unreachable') throw error;
    throw new LaunchError(
      'unreachable',
      'the mesh is not running; start it with `npm start` (or `npx weft up`)',
      error,
    );
  }
}

/** As a shell counts: 128 and the signal's number for a process that a signal ended. */
function exitCodeOf(child: ChildProcess, command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOENT' ? 'there is no such program' : error.message;
      reject(new LaunchError('child-died', `${command} could not be started: ${why}`, error));
    });
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}
