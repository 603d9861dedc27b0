/** One supervised process: started, probed, started again when it dies, stopped. */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import { type Clock, delay } from '@weft/kernel';
import { LaunchError } from '../launch-error.ts';
import type { ProcessSpec } from '../plan/process-spec.ts';
import { deathError, describeExit, type Exit, lateError, type UnreadyProcess } from './child-failure.ts';
import { identityOf, type ProcessIdentity } from './identity.ts';
import { logSize, openLog } from './log-file.ts';
import { probeOnce } from './probe.ts';
import { createRestartPolicy, type RestartPolicy } from './restart-policy.ts';

export type ChildState = 'waiting' | 'starting' | 'ready' | 'restarting' | 'stopping' | 'stopped' | 'failed';

export interface ChildEvents {
  /** @param detail why, in words; empty where the state says all. */
  onState(name: string, state: ChildState, detail: string): void;
  /** A process came or went; the record on disk must follow before anything else happens. */
  onProcess(name: string, identity: ProcessIdentity | undefined): void;
}

export interface ChildOptions {
  readonly spec: ProcessSpec;
  readonly log: string;
  readonly clock: Clock;
  readonly events: ChildEvents;
}

const probePeriodMs = 50;

export class Child {
  readonly spec: ProcessSpec;
  state: ChildState = 'waiting';
  private readonly options: ChildOptions;
  private readonly restarts: RestartPolicy;
  private process: ChildProcess | undefined;
  private identity: ProcessIdentity | undefined;
  private exited: Promise<Exit> = Promise.resolve({ code: null, signal: null });
  private ended = true;
  private stopping = false;
  private logStart = 0;
  private preparing: Promise<void> = Promise.resolve();

  constructor(options: ChildOptions) {
    this.options = options;
    this.spec = options.spec;
    this.restarts = createRestartPolicy(options.clock);
  }

  /** The first start. @throws LaunchError when it cannot start, dies, or does not become ready in time. */
  async start(): Promise<void> {
    try {
      await this.waitForFiles();
      if (this.stopping) return;
      this.preparing = this.spec.prepare?.() ?? Promise.resolve();
      await this.preparing;
      if (this.stopping) return;
      this.spawn();
      await this.becomeReady();
    } catch (error) {
      if (!this.stopping) this.enter('failed', error instanceof Error ? error.message : '');
      throw error;
    }
    if (this.stopping) return;
    this.enter('ready', '');
    this.exited.then((exit) => this.revive(exit)).catch((error: unknown) => this.enter('failed', String(error)));
  }

  /** Asks it to end and waits; kills it after `stopTimeoutMs`. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.state === 'stopped') return;
    const everStarted = this.state !== 'waiting';
    // What it started for that would outlive the launcher.
    await this.preparing.catch(() => {});
    if (!this.ended) {
      this.enter('stopping', '');
      this.signal(this.spec.stopSignal);
      const cancel = this.options.clock.after(this.spec.stopTimeoutMs, () => this.signal('SIGKILL'));
      await this.exited;
      cancel();
    }
    if (everStarted) this.enter('stopped', '');
  }

  /** Ends it at once. */
  kill(): void {
    this.stopping = true;
    this.signal('SIGKILL');
  }

  /** To the whole group: what the process started goes with it. */
  private signal(signal: NodeJS.Signals): void {
    const pid = this.process?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      if (!this.ended) this.process?.kill(signal);
    }
  }

  private async waitForFiles(): Promise<void> {
    const { clock } = this.options;
    const until = clock.monotonic() + this.spec.readyTimeoutMs;
    for (const file of this.spec.needsFiles) {
      while (!existsSync(file)) {
        if (this.stopping) return;
        if (clock.monotonic() > until) {
          throw new LaunchError(
            'child-not-ready',
            `${this.spec.name} waits for ${file}, which the control plane has not written; see the log of the control plane`,
          );
        }
        await delay(clock, probePeriodMs);
      }
    }
  }

  private spawn(): void {
    const { spec, log, events } = this.options;
    const fd = openLog(log);
    this.logStart = logSize(log);
    try {
      // A group of its own: a Ctrl-C on the terminal reaches the launcher alone, which then drains in order.
      const child = spawn(spec.command, [...spec.args], {
        env: spec.env,
        stdio: ['ignore', fd, fd],
        detached: true,
        ...(spec.user === undefined ? {} : spec.user),
      });
      this.watch(child);
    } finally {
      closeSync(fd);
    }
    this.enter('starting', '');
    const pid = this.process?.pid;
    this.identity = pid === undefined ? undefined : identityOf(pid);
    if (this.identity !== undefined) events.onProcess(spec.name, this.identity);
  }

  private watch(child: ChildProcess): void {
    this.process = child;
    this.ended = false;
    this.exited = new Promise((resolve) => {
      const end = (exit: Exit): void => {
        if (this.ended) return;
        this.ended = true;
        // What it started in its group must not outlive it.
        this.signal('SIGKILL');
        this.options.events.onProcess(this.spec.name, undefined);
        resolve(exit);
      };
      child.once('exit', (code, signal) => end({ code, signal }));
      child.once('error', (error: NodeJS.ErrnoException) => {
        if (child.pid === undefined) end({ code: null, signal: null });
        this.spawnFailure = error;
      });
    });
  }

  private spawnFailure: NodeJS.ErrnoException | undefined;

  private async becomeReady(): Promise<void> {
    const { clock } = this.options;
    const until = clock.monotonic() + this.spec.readyTimeoutMs;
    let dead: Exit | undefined;
    this.exited.then(
      (exit) => {
        dead = exit;
      },
      () => {},
    );
    for (;;) {
      if (this.stopping) return;
      if (dead !== undefined) throw deathError(this.end(), dead, this.spawnFailure);
      if ((await probeOnce(this.spec.ready)) && (await this.isUp())) break;
      if (clock.monotonic() > until) throw lateError(this.end());
      await delay(clock, probePeriodMs);
    }
    // A port may be answered by somebody else while this process has just died of it.
    if (dead !== undefined) throw deathError(this.end(), dead, this.spawnFailure);
  }

  private async isUp(): Promise<boolean> {
    return (await this.spec.onAnswering?.()) ?? true;
  }

  private async revive(exit: Exit): Promise<void> {
    let last = exit;
    while (!this.stopping) {
      const waitMs = this.restarts.nextDelayMs();
      this.enter('restarting', `${describeExit(last)}; starts again in ${waitMs} ms`);
      await delay(this.options.clock, waitMs);
      if (this.stopping) return;
      try {
        this.spawn();
        await this.becomeReady();
        if (this.stopping) return;
        this.enter('ready', 'again');
      } catch (error) {
        if (this.ended) {
          last = await this.exited;
          continue;
        }
        this.enter('starting', error instanceof Error ? error.message : '');
      }
      last = await this.exited;
    }
  }

  private end(): UnreadyProcess {
    return { spec: this.spec, log: this.options.log, logStart: this.logStart };
  }

  private enter(state: ChildState, detail: string): void {
    this.state = state;
    this.options.events.onState(this.spec.name, state, detail);
  }
}
