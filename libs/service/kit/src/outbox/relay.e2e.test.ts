/** The outbox and the answers by key, on a real PostgreSQL. */

import { createSeededRandom, delay, systemClock } from '@weft/kernel';
import { startPostgres, type TestPostgres } from '@weft/testing-postgres';
import { type Kysely, sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Database, openDatabase } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { createIdempotencyTable, onceByKey, type WithIdempotency } from '../idempotency/idempotency.ts';
import { answerRetention, answersKeptDays } from '../idempotency/retention.ts';
import { createLogger } from '../observe/logger.ts';
import { createMetrics } from '../observe/metrics.ts';
import { createOutboxTable, enqueue, type WithOutbox } from './outbox.ts';
import { createOwnership } from './ownership.ts';
import { createRelay, type MessageHandler, type Relay, type RelayOptions } from './relay.ts';

/** Of waits for what runs outside of this thread: a slow machine takes longer than the second that vitest gives. */
const patience = { timeout: 20_000 };

type Schema = WithOutbox & WithIdempotency;

const log = createLogger({ service: 'test', version: 'v1', level: 'silent' });
const migrations = {
  '001': {
    async up(db: Kysely<unknown>) {
      await createOutboxTable(db);
      await createIdempotencyTable(db);
    },
  },
};

let postgres: TestPostgres;
let database: Database<Schema>;
const relays: Relay[] = [];
beforeAll(async () => {
  postgres = await startPostgres(['test']);
  database = openDatabase<Schema>({ url: postgres.url('test'), applicationName: 'test', log });
});
beforeEach(() => migrate(database.db, migrations, log));
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.stop(1000);
  await sql`truncate outbox, idempotency`.execute(database.db);
});
afterAll(async () => {
  await database?.stop();
  await postgres?.stop();
});

async function relay(handler: MessageHandler<Schema>, more: Partial<RelayOptions<Schema>> = {}): Promise<Relay> {
  const world = { clock: systemClock, random: createSeededRandom(relays.length + 1), log };
  const made = createRelay<Schema>({
    ...world,
    db: database.db,
    ownership: createOwnership({ ...world, url: postgres.url('test') }),
    handlers: { job: handler },
    metrics: createMetrics('test', 'v1'),
    pollMs: 50,
    pauseMaxMs: 20,
    ...more,
  });
  relays.push(made);
  await made.start();
  return made;
}

const send = (number: number) =>
  database.db.transaction().execute((trx) => enqueue(trx, { topic: 'job', payload: { number } }));
const left = async () => (await database.db.selectFrom('outbox').selectAll().execute()).length;
const numberOf = (payload: unknown) => (payload as { number: number }).number;

describe('the outbox', () => {
  it('delivers what was committed, soon after it is woken, and nothing that was rolled back', async () => {
    const seen: number[] = [];
    const made = await relay(
      async (payload, settle) => {
        seen.push(numberOf(payload));
        await settle(async () => []);
      },
      { pollMs: 60_000 },
    );
    const rolledBack = database.db.transaction().execute(async (trx) => {
      await enqueue(trx, { topic: 'job', payload: { number: 1 } });
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    await send(2);
    made.wake();
    await vi.waitFor(async () => expect(await left()).toBe(0), patience);
    expect(seen).toEqual([2]);
  });

  it('repeats a delivery until it succeeds', async () => {
    let attempts = 0;
    await relay(async (_payload, settle) => {
      if (++attempts < 5) throw new Error('not yet');
      await settle(async () => []);
    });
    await send(1);
    await vi.waitFor(async () => expect(await left()).toBe(0), patience);
    expect(attempts).toBe(5);
  });

  it('bounds one attempt, and starts another', async () => {
    let attempts = 0;
    await relay(
      async (_payload, settle) => {
        if (++attempts === 1) await new Promise(() => {});
        await settle(async () => []);
      },
      { attemptMaxMs: 100 },
    );
    await send(1);
    await vi.waitFor(async () => expect(await left()).toBe(0), patience);
    expect(attempts).toBe(2);
  });

  it('delivers no more at once than its bound', async () => {
    let running = 0;
    let most = 0;
    await relay(
      async (_payload, settle) => {
        most = Math.max(most, ++running);
        await delay(systemClock, 5);
        await settle(async () => []);
        running--;
      },
      { inFlightMax: 3 },
    );
    for (let number = 0; number < 12; number++) await send(number);
    await vi.waitFor(async () => expect(await left()).toBe(0), patience);
    expect(most).toBe(3);
  });

  it('shares the work between relays: each message is taken by one of them', async () => {
    const seen: number[] = [];
    const handler: MessageHandler<Schema> = async (payload, settle) => {
      seen.push(numberOf(payload));
      await settle(async () => []);
    };
    for (let number = 0; number < 40; number++) await send(number);
    await Promise.all([relay(handler), relay(handler)]);
    await vi.waitFor(async () => expect(await left()).toBe(0), patience);
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, number) => number));
  });

  it('takes over what a dead relay left, at once and not after a lease', async () => {
    await relay(() => new Promise(() => {}));
    await send(1);
    await vi.waitFor(async () => {
      const [row] = await database.db.selectFrom('outbox').select('owner').execute();
      expect(row?.owner).not.toBeNull();
    }, patience);
    // What SIGKILL does to a process, the server sees as the end of its connections.
    await relays.splice(0)[0]?.stop(0);
    const seen: number[] = [];
    await relay(async (payload, settle) => {
      seen.push(numberOf(payload));
      await settle(async () => []);
    });
    // A lease would be as long as an attempt may take: 15 s.
    await vi.waitFor(() => expect(seen).toEqual([1]), { timeout: 5_000 });
  });

  it('goes on with a new connection when its own is cut', async () => {
    const seen: number[] = [];
    await relay(async (payload, settle) => {
      seen.push(numberOf(payload));
      await settle(async () => []);
    });
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'outbox-relay'`.execute(
      database.db,
    );
    await send(7);
    await vi.waitFor(() => expect(seen).toEqual([7]), patience);
  });

  it('settles a message once, and writes what follows in the same transaction', async () => {
    const steps: number[] = [];
    await relay(async (payload, settle) => {
      const number = numberOf(payload);
      const settleOnce = () =>
        settle(async () => {
          steps.push(number);
          return number < 3 ? [{ topic: 'job', payload: { number: number + 1 } }] : [];
        });
      await settleOnce();
      await settleOnce();
    });
    await send(1);
    await vi.waitFor(async () => expect(await left()).toBe(0), patience);
    expect(steps).toEqual([1, 2, 3]);
  });
});

describe('answers by key', () => {
  const once = (key: string, request: unknown, work: () => Promise<unknown>) =>
    database.db.transaction().execute((trx) => onceByKey(trx, { scope: 'test', key, request }, work));

  it('do the work once, also when the calls come together', async () => {
    let works = 0;
    const work = async () => {
      await delay(systemClock, 20);
      return { id: ++works };
    };
    const answers = await Promise.all(Array.from({ length: 5 }, () => once('k', { a: 1 }, work)));
    expect(answers).toEqual(Array.from({ length: 5 }, () => ({ id: 1 })));
  });

  it('refuse another request with the same key', async () => {
    await once('k', { a: 1 }, async () => 'first');
    await expect(once('k', { a: 2 }, async () => 'other')).rejects.toMatchObject({ code: 'idempotency_conflict' });
  });

  it('keep nothing of work that failed', async () => {
    const failed = once('k', { a: 1 }, async () => {
      throw new Error('failed');
    });
    await expect(failed).rejects.toThrow('failed');
    expect(await once('k', { a: 1 }, async () => 'second')).toBe('second');
  });
});

describe('the retention of answers', () => {
  it('forgets those that are older than its bound, and no others', async () => {
    const rows = [answersKeptDays - 1, answersKeptDays + 1].map((days) => ({
      scope: 'test',
      key: `${days}`,
      request_hash: '',
      answer: null,
      created_at: sql<Date>`now() - ${days} * interval '1 day'`,
    }));
    await database.db.insertInto('idempotency').values(rows).execute();
    const retention = answerRetention(database.db, systemClock, log);
    await retention.start?.();
    await retention.stop?.();
    const left = await database.db.selectFrom('idempotency').select('key').execute();
    expect(left).toEqual([{ key: `${answersKeptDays - 1}` }]);
  });
});

describe('migrations', () => {
  it('run once when instances start together', async () => {
    let runs = 0;
    const more = { ...migrations, '002': { up: async () => void runs++ } };
    await Promise.all(Array.from({ length: 4 }, () => migrate(database.db, more, log)));
    expect(runs).toBe(1);
    await sql`delete from kysely_migration where name = '002'`.execute(database.db);
  });
});
