/** Delivers what the outbox holds: soon after the commit, again after a failure, for ever, and after a restart. */

import { type Cancel, type Clock, delay, type Random } from '@weft/kernel';
import { deadline, jitteredPauseMs, type Policy, runUnder } from '@weft/service-resilience';
import { startServerSpan } from '@weft/service-tracing';
import type { Kysely, Transaction } from 'kysely';
import type { Logger } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { OutgoingMessage, WithOutbox } from './outbox.ts';
import type { Ownership } from './ownership.ts';
import { type ClaimedMessage, createQueue, type OutboxQueue } from './queue.ts';

/**
 * Removes the message, does `work` and writes the messages that it returns, in one transaction. Without effect when the
 * message was settled before: a message may be delivered twice, but it is settled once.
 */
export type Settle<T> = (work: (trx: Transaction<T>) => Promise<readonly OutgoingMessage[]>) => Promise<void>;

/** Makes the call that a message stands for, then settles it. Whatever it throws leads to another attempt. */
export type MessageHandler<T> = (payload: unknown, settle: Settle<T>) => Promise<void>;

export interface RelayOptions<T> {
  readonly db: Kysely<T>;
  readonly ownership: Ownership;
  /** By topic. */
  readonly handlers: Readonly<Record<string, MessageHandler<T>>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly inFlightMax?: number;
  /** How long one attempt may take. */
  readonly attemptMaxMs?: number;
  /** Bound of the pause between two attempts. */
  readonly pauseMaxMs?: number;
  /** How often it looks without being woken. */
  readonly pollMs?: number;
}

export interface Relay {
  start(): Promise<void>;
  /** There may be something to deliver. */
  wake(): void;
  /** Takes nothing more and waits for what is being delivered, at most `drainMs`. */
  stop(drainMs: number): Promise<void>;
}

export function createRelay<T extends WithOutbox>(options: RelayOptions<T>): Relay {
  const { clock, log, metrics, ownership, inFlightMax = 32, pollMs = 500 } = options;
  const queue = createQueue(options.db);
  const inFlight = new Map<string, Promise<void>>();
  const state = { running: false, looking: false, lookAgain: false };
  let cancelPoll: Cancel = () => {};

  const look = async (orphansToo: boolean): Promise<void> => {
    if (state.looking) {
      state.lookAgain = true;
      return;
    }
    state.looking = true;
    try {
      for (let orphans = orphansToo, again = true; again; orphans = false, again = state.lookAgain) {
        state.lookAgain = false;
        const owner = ownership.current();
        if (!state.running || owner === null) return;
        if (orphans) await queue.freeOrphans(owner, [...inFlight.keys()]);
        const room = inFlightMax - inFlight.size;
        if (room > 0) for (const message of await queue.claim(owner, room)) take(message, owner);
      }
    } catch (error) {
      log.warn({ error }, 'the outbox cannot be read; it is tried again');
    } finally {
      state.looking = false;
    }
  };

  const wake = (): void => {
    if (state.running) void look(false);
  };

  const deliver = createDelivery(options, queue, wake);
  const take = (message: ClaimedMessage, owner: number): void => {
    const span = startServerSpan(`outbox ${message.topic}`, { traceparent: message.traceparent ?? undefined });
    const done = span.run(() => deliver(message, owner));
    inFlight.set(message.id, done);
    metrics.outboxInFlight.set(inFlight.size);
    void done.finally(() => {
      inFlight.delete(message.id);
      metrics.outboxInFlight.set(inFlight.size);
      span.end();
      wake();
    });
  };

  return {
    wake,
    async start() {
      await ownership.start();
      state.running = true;
      cancelPoll = clock.every(pollMs, () => void look(true));
      void look(true);
    },
    async stop(drainMs) {
      state.running = false;
      cancelPoll();
      await Promise.race([Promise.all(inFlight.values()), delay(clock, drainMs)]);
      await ownership.stop();
    },
  };
}

/** One attempt at one message; it never rejects. */
function createDelivery<T extends WithOutbox>(
  { clock, random, log, metrics, handlers, attemptMaxMs = 15_000, pauseMaxMs = 2000 }: RelayOptions<T>,
  queue: OutboxQueue<T>,
  wake: () => void,
): (message: ClaimedMessage, owner: number) => Promise<void> {
  const policy: Policy = deadline({ timeoutMs: attemptMaxMs, clock });

  const putBack = async (message: ClaimedMessage, owner: number, cause: unknown): Promise<void> => {
    const attempts = message.attempts + 1;
    const pauseMs = jitteredPauseMs({ baseMs: 100, capMs: pauseMaxMs }, attempts, random);
    log.warn({ error: cause, topic: message.topic, attempts, pauseMs: Math.round(pauseMs) }, 'a delivery failed');
    try {
      await queue.postpone(message, owner, pauseMs);
      clock.after(pauseMs + 1, wake);
    } catch (error) {
      log.warn({ error }, 'a message cannot be put back; it is found as an orphan');
    }
  };

  return async (message, owner) => {
    const { topic, payload } = message;
    try {
      const handler = handlers[topic];
      if (handler === undefined) throw new Error(`no handler for topic "${topic}"`);
      await runUnder(policy, () => handler(payload, (work) => queue.settle(message, work)));
      metrics.outboxDelivered.inc({ topic });
    } catch (error) {
      metrics.outboxFailed.inc({ topic });
      await putBack(message, owner, error);
    }
  };
}
