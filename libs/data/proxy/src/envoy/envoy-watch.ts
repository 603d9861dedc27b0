/** Looks at an Envoy again and again: how far it is, and how its application is; in the end it drains it. */

import { type Cancel, type Clock, delay } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import type { HostPort } from '../session/node-description.ts';
import { drainEnvoy, type EnvoyState, type ListenerCounts, readEnvoyState } from './envoy-admin.ts';

export interface EnvoyWatchOptions {
  readonly admin: HostPort;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called with the first verdict, and where it changes. */
  report(healthy: boolean, reason: string): void;
}

/** How often Envoy is asked how it is: until it is ready, and after. */
const lookMs = { starting: 100, running: 500, draining: 50 } as const;
/** As a proxy's own: peers are told before connections end. */
const announceMs = 250;

export class EnvoyWatch {
  readonly #options: EnvoyWatchOptions;
  /** Nothing: it does not answer. */
  #state: EnvoyState | undefined;
  #counted: ListenerCounts | undefined;
  #hasBeenReady = false;
  #reported = '';
  #stopped = false;
  #cancelLook: Cancel | undefined;

  constructor(options: EnvoyWatchOptions) {
    this.#options = options;
  }

  /** To be called when Envoy is started. */
  start(): void {
    if (!this.#stopped) void this.#look();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelLook?.();
  }

  /** Why it is not ready; nothing when it is. */
  notReady(): string | undefined {
    return this.#state === undefined ? 'Envoy does not answer yet' : this.#state.notReady;
  }

  /** Returns when nothing is open any more, the time is over, or Envoy does not answer. */
  async drain(seconds: number): Promise<void> {
    const { admin, clock, log } = this.#options;
    const untilMs = clock.monotonic() + seconds * 1000;
    this.stop();
    try {
      // One that does not answer has nobody to tell; one that is not ready may have connections.
      await readEnvoyState(admin);
      log.info({ seconds }, 'draining');
      await delay(clock, Math.min(announceMs, seconds * 1000));
      await drainEnvoy(admin);
      while (clock.monotonic() < untilMs && (await readEnvoyState(admin)).connections > 0) {
        await delay(clock, lookMs.draining);
      }
    } catch (error) {
      log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'Envoy could not be drained');
    }
  }

  async #look(): Promise<void> {
    const { admin, clock } = this.#options;
    try {
      this.#take(await readEnvoyState(admin, this.#counted));
    } catch {
      this.#state = undefined;
    }
    if (this.#stopped) return;
    const waitMs = this.notReady() === undefined ? lookMs.running : lookMs.starting;
    this.#cancelLook = clock.after(waitMs, () => void this.#look());
  }

  #take(state: EnvoyState): void {
    const wasReady = this.notReady() === undefined;
    this.#state = state;
    this.#counted = state.listeners;
    if (state.notReady === undefined) {
      if (!wasReady) this.#options.log.info('Envoy is ready');
      this.#hasBeenReady = true;
    }
    // Before, no probe has run. After, the application is what it is, though a listener has failed.
    if (this.#hasBeenReady) this.#report(state);
  }

  #report({ healthy, reason }: EnvoyState): void {
    const verdict = `${healthy} ${reason}`;
    if (verdict === this.#reported || this.#stopped) return;
    this.#reported = verdict;
    const { log, report } = this.#options;
    log.info({ healthy, reason }, healthy ? 'the workload is healthy' : 'the workload is not healthy');
    report(healthy, reason);
  }
}
