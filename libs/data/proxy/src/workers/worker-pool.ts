/** The worker processes of one sidecar: started, told the same, restarted where they die. */

import { spawn } from 'node:child_process';
import type { Cancel, Clock } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import { createAsks } from './asks.ts';
import {
  type Channel,
  type FromWorker,
  processChannel,
  type Question,
  type ToWorker,
  type WantsSocket,
  type WorkerReport,
} from './channel.ts';
import type { SuccessorCommand } from './successor.ts';

export const workerLimits = {
  /** Before one that died is started again; doubled for each that dies young. */
  restartMs: 100,
  restartMaxMs: 5_000,
  /** One that lived so long did not die young. */
  youngMs: 10_000,
} as const;

export interface WorkerPoolOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly count: number;
  commandOf(index: number): SuccessorCommand;
  /** What a worker must know before all else, in order. */
  introduction(): Iterable<ToWorker>;
  onWantsSocket(index: number, message: WantsSocket, answer: (message: ToWorker, socket?: unknown) => void): void;
  onReport(): void;
  onTapped(id: number, text: string): void;
}

export interface WorkerPool {
  /** To all that run, and in effect to those to come (`introduction`). */
  tell(message: ToWorker): void;
  /** One for each worker; nothing: it runs not yet, or has not done what it was told. */
  reports(): readonly (WorkerReport | undefined)[];
  /** @param done with the answers that came in time. */
  ask(question: Question, done: (answers: readonly unknown[]) => void): void;
  stop(): void;
}

interface Worker {
  readonly channel: Channel<FromWorker, ToWorker>;
  report: WorkerReport | undefined;
  /** Messages that a report must have done to count. */
  told: number;
  readonly startedAtMs: number;
  /** In a row, of those that lived shortly. */
  readonly deaths: number;
}

export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const asks = createAsks(options.clock);
  const { workers, stop } = keepRunning(options, (index, worker, message) => {
    switch (message.weft) {
      case 'report':
        worker.report = message;
        options.onReport();
        break;
      case 'answer':
        asks.answered(message.id, message.answer);
        break;
      case 'tapped':
        options.onTapped(message.id, message.text);
        break;
      case 'wants-socket':
        options.onWantsSocket(index, message, (answer, socket) => send(worker, answer, socket));
    }
  });
  return {
    tell(message) {
      for (const worker of workers) send(worker, message);
    },
    reports: () =>
      workers.map(({ report, told }) => (report !== undefined && report.done >= told ? report : undefined)),
    ask(question, done) {
      asks.put((id) => {
        for (const worker of workers) send(worker, { weft: 'ask', id, question });
        return workers.length;
      }, done);
    },
    stop,
  };
}

/** @param told what a worker says. @returns the living list. */
function keepRunning(
  options: WorkerPoolOptions,
  told: (index: number, worker: Worker, message: FromWorker) => void,
): { readonly workers: readonly Worker[]; stop(): void } {
  const { clock, log } = options;
  const workers: Worker[] = [];
  const restarts = new Set<Cancel>();
  let stopped = false;

  const start = (index: number, deaths: number): void => {
    const { program, args } = options.commandOf(index);
    const stdio: ('ignore' | 'inherit' | 'ipc')[] = ['ignore', 'inherit', 'inherit', 'ipc'];
    const child = spawn(program, args, { stdio, serialization: 'advanced' });
    const channel = processChannel<FromWorker, ToWorker>(child);
    const worker: Worker = { channel, report: undefined, told: 0, startedAtMs: clock.monotonic(), deaths };
    workers[index] = worker;
    channel.onMessage((message) => told(index, worker, message));
    child.on('error', (error) => {
      log.error({ worker: index, err: error }, 'a worker does not start');
      // What never ran does not exit either.
      if (child.pid === undefined) died(index, worker, error.message);
    });
    child.once('exit', (code, signal) => died(index, worker, signal ?? `code ${code}`));
    for (const message of options.introduction()) send(worker, message);
  };

  const died = (index: number, worker: Worker, how: string): void => {
    worker.report = undefined;
    if (stopped) return;
    const young = clock.monotonic() - worker.startedAtMs < workerLimits.youngMs;
    const deaths = young ? worker.deaths + 1 : 0;
    const { restartMs, restartMaxMs } = workerLimits;
    const waitMs = Math.min(restartMs * 2 ** deaths, restartMaxMs);
    log.error({ worker: index, how, waitMs }, 'a worker ended; it is started again');
    const cancel = clock.after(waitMs, () => {
      restarts.delete(cancel);
      start(index, deaths);
    });
    restarts.add(cancel);
  };

  for (let index = 0; index < options.count; index += 1) start(index, 0);
  return {
    workers,
    stop() {
      stopped = true;
      for (const cancel of restarts) cancel();
      for (const worker of workers) {
        send(worker, { weft: 'stop' });
        // Without the channel it ends by itself.
        worker.channel.close();
      }
    },
  };
}

function send(worker: Worker, message: ToWorker, socket?: unknown): void {
  if (counts(message)) worker.told += 1;
  worker.channel.send(message, socket);
}

/** What a worker counts as done; see `runWorker`. */
function counts({ weft }: ToWorker): boolean {
  return weft === 'update' || weft === 'identity' || weft === 'drain';
}
