/** A control plane as a process of its own, which can be killed at any moment and started again on the same ports and state. */

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '@weft/kernel/testing';
import { createLogger } from '@weft/telemetry';
import { bundle } from '../capture/programs.ts';
import { createConfigFolder } from '../config-folder.ts';
import { eventually } from '../wait.ts';
import { startWorkload, type Workload, type WorkloadOptions } from '../workload.ts';

const startWithinMs = 30_000;

/** A mesh whose control plane is a process; sidecars are in the process of the test, which no kill reaches. */
export interface KillableMesh {
  readonly apiPort: number;
  readonly folder: string;
  /** Writes a file of the configuration folder as an editor does: beside, then renamed. */
  write(file: string, yaml: string): void;
  workload(options: Omit<WorkloadOptions, 'mode'>): Promise<Workload>;
  /** Starts the process and waits for nothing. */
  launch(): void;
  /** Resolves when the process that runs says that it is ready. */
  ready(): Promise<void>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** A counter or gauge of the process that runs, summed over its labels. */
  metric(name: string): Promise<number>;
  stop(): Promise<void>;
}

/** @param files name → YAML, the first content of the configuration folder. */
export async function startKillableMesh(files: Readonly<Record<string, string>>): Promise<KillableMesh> {
  const { folder, configDir, write } = createConfigFolder(files);
  const [program, [xdsPort = 0, monitoringPort = 0, apiPort = 0]] = await Promise.all([
    bundle('control-plane', folder),
    freePorts(3),
  ]);
  const monitoring = `http://127.0.0.1:${monitoringPort}`;
  const flags: Readonly<Record<string, string>> = {
    '--config-dir': configDir,
    '--state-dir': join(folder, 'control-plane'),
    '--token-dir': join(folder, 'tokens'),
    '--xds': `127.0.0.1:${xdsPort}`,
    '--monitoring': `127.0.0.1:${monitoringPort}`,
    '--api': `127.0.0.1:${apiPort}`,
    '--log-level': 'warn',
  };
  const place = { folder, xdsPort, logger: createLogger({ name: 'test', level: 'fatal' }) };
  const workloads: Workload[] = [];
  let child: ChildProcess | undefined;
  let output = '';

  const launch = (): void => {
    child = spawn(process.execPath, [program, ...Object.entries(flags).flat()], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
  };
  const ready = async (): Promise<void> => {
    const look = async (): Promise<true | undefined> => {
      if (child?.exitCode !== null) throw new Error(`the control plane ended\n${output}`);
      const answer = await fetch(`${monitoring}/ready`).catch(() => undefined);
      return answer?.status === 200 ? true : undefined;
    };
    await eventually('the control plane is ready', look, startWithinMs);
  };
  const kill = async (): Promise<void> => {
    const gone = child;
    child = undefined;
    if (gone === undefined || gone.exitCode !== null || gone.signalCode !== null) return;
    const ended = new Promise((resolve) => gone.once('exit', resolve));
    gone.kill('SIGKILL');
    await ended;
  };

  return {
    apiPort,
    folder,
    write,
    launch,
    ready,
    kill,
    async workload(options) {
      const workload = await startWorkload(place, { ...options, mode: 'sidecar' });
      workloads.push(workload);
      return workload;
    },
    async metric(name) {
      const text = await (await fetch(`${monitoring}/metrics`)).text();
      const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))];
      return values.reduce((sum, [, value]) => sum + Number(value), 0);
    },
    async stop() {
      await Promise.all(workloads.map((workload) => workload.stop()));
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PEM of the roots in the token folder of a workload group. */
export function rootsOf(mesh: Pick<KillableMesh, 'folder'>, group: string): number {
  return readFileSync(join(mesh.folder, 'tokens', group, 'root-cert.pem'), 'utf8').split('BEGIN').length - 1;
}
