/** All processes of a run: started as soon as what they need is there, stopped in stages. */

import type { Clock } from '@weft/kernel';
import { type ProcessSpec, stopOrder } from '../plan/process-spec.ts';
import { Child, type ChildEvents } from './child.ts';
import type { ProcessIdentity } from './identity.ts';
import { rotateLog, rotateOpenLog } from './log-file.ts';
import type { RunProcess } from './run-file.ts';

export interface SupervisorOptions {
  readonly specs: readonly ProcessSpec[];
  readonly clock: Clock;
  logOf(name: string): string;
  /** Files beside the logs that grow as well. */
  readonly otherLogs: readonly string[];
  onState: ChildEvents['onState'];
  /** The processes that run, after each change. */
  onProcesses(processes: readonly RunProcess[]): void;
}

export interface Supervisor {
  /** Resolves when all are ready. @throws LaunchError of the first that fails; the others go on until `stop`. */
  start(): Promise<void>;
  /** Stops all, stage by stage. */
  stop(): Promise<void>;
  /** Kills all at once. */
  kill(): void;
  processes(): readonly RunProcess[];
}

const rotatePeriodMs = 10_000;

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const running = new Map<string, ProcessIdentity>();
  const processes = (): readonly RunProcess[] => [...running].map(([name, identity]) => ({ name, ...identity }));
  const events: ChildEvents = {
    onState: options.onState,
    onProcess(name, identity) {
      if (identity === undefined) running.delete(name);
      else running.set(name, identity);
      options.onProcesses(processes());
    },
  };
  const children = new Map(
    options.specs.map((spec) => [
      spec.name,
      new Child({ spec, log: options.logOf(spec.name), clock: options.clock, events }),
    ]),
  );
  let stopRotation = (): void => {};
  let stopped = false;

  return {
    processes,
    async start() {
      const logs = [...options.specs.map((spec) => options.logOf(spec.name)), ...options.otherLogs];
      for (const log of logs) rotateLog(log);
      stopRotation = options.clock.every(rotatePeriodMs, () => {
        for (const log of logs) rotateOpenLog(log);
      });
      const ready = new Map<string, Promise<void>>();
      const begin = (spec: ProcessSpec): Promise<void> => {
        const known = ready.get(spec.name);
        if (known !== undefined) return known;
        const needed = options.specs.filter((other) => spec.after.includes(other.name)).map(begin);
        const started = Promise.all(needed).then(() => (stopped ? undefined : children.get(spec.name)?.start()));
        ready.set(spec.name, started);
        return started;
      };
      await Promise.all(options.specs.map(begin));
    },
    async stop() {
      stopped = true;
      stopRotation();
      for (const stage of stopOrder) {
        const members = [...children.values()].filter((child) => child.spec.stopStage === stage);
        await Promise.all(members.map((child) => child.stop()));
      }
    },
    kill() {
      stopped = true;
      stopRotation();
      for (const child of children.values()) child.kill();
    },
  };
}
