import { createManualClock, createSeededRandom, type ManualClock } from '@weft/kernel';
import { expect, it } from 'vitest';
import type { ApiAnswer, ApiClient, WatchReader } from './api/api-client.ts';
import { createBackOff } from './back-off.ts';
import { createListWatch } from './list-watch.ts';

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

/** Answers in a row; what is not foreseen never comes. */
function scripted(lists: ApiAnswer[], watches: ((reader: WatchReader) => ApiAnswer)[]) {
  const asked: string[] = [];
  const never = new Promise<ApiAnswer>(() => {});
  const client: ApiClient = {
    server: 'fake',
    close() {},
    request({ path }) {
      asked.push(path.replace(/\?.*/, ''));
      const answer = lists.shift();
      return answer === undefined ? never : Promise.resolve(answer);
    },
    watch(path, reader) {
      asked.push(`watch from ${new URL(path, 'http://x').searchParams.get('resourceVersion')}`);
      const answer = watches.shift();
      return answer === undefined ? never : Promise.resolve(answer(reader));
    },
  };
  return { client, asked };
}

function follow(client: ApiClient, clock: ManualClock) {
  const told: string[] = [];
  const listWatch = createListWatch({
    client,
    clock,
    random: () => 0.5,
    target: { paths: ['/things'] },
    handler: {
      replace: (objects) => void told.push(`replace ${objects.map(({ metadata }) => metadata.name).join()}`),
      apply: ({ metadata }, change) => void told.push(`${change} ${metadata.name}`),
      absent: () => void told.push('absent'),
      recovered: () => {},
      failed: ({ message }) => void told.push(`failed ${message}`),
    },
  });
  listWatch.start();
  return told;
}

const list = (version: string, ...names: string[]): ApiAnswer => ({
  ok: true,
  body: { metadata: { resourceVersion: version }, items: names.map((name) => ({ metadata: { name } })) },
});
const failure = (status: number, message: string): ApiAnswer => ({ ok: false, status, reason: '', message });
const event = (type: string, name: string, resourceVersion: string): string =>
  JSON.stringify({ type, object: { metadata: { name, resourceVersion } } });
const over: ApiAnswer = { ok: true, body: undefined };

it('watches from where the list ended, and again from the last event or bookmark', async () => {
  const clock = createManualClock();
  const { client, asked } = scripted(
    [list('5', 'a')],
    [
      (reader) => {
        clock.advance(60_000);
        reader.line(event('ADDED', 'b', '6'));
        reader.line(event('BOOKMARK', '', '9'));
        return over;
      },
    ],
  );
  const told = follow(client, clock);
  await turns();
  expect(told).toEqual(['replace a', 'put b']);
  expect(asked).toEqual(['/things', 'watch from 5', 'watch from 9']);
});

it('waits longer and longer between failures, and goes on from where it was', async () => {
  const clock = createManualClock();
  const broken = () => failure(0, 'down');
  const { client, asked } = scripted([list('5')], [broken, broken, broken]);
  const told = follow(client, clock);
  await turns();
  expect(told).toEqual(['replace ', 'failed down']);
  for (const [ms, watches] of [
    [149, 1],
    [1, 2],
    [299, 2],
    [1, 3],
    [600, 4],
  ] as const) {
    clock.advance(ms);
    await turns();
    expect(asked.filter((line) => line === 'watch from 5')).toHaveLength(watches);
  }
  expect(asked.filter((line) => line === '/things')).toHaveLength(1);
});

it.each([
  ['the answer', () => failure(410, 'gone')],
  [
    'an event',
    (reader: WatchReader) => {
      reader.line('{"type":"ERROR","object":{"code":410,"message":"gone"}}');
      return over;
    },
  ],
])('lists again where %s says 410, at most once in the first delay', async (_what, gone) => {
  const clock = createManualClock();
  const { client, asked } = scripted([list('5'), list('8')], [gone]);
  const told = follow(client, clock);
  await turns();
  expect(asked).toEqual(['/things', 'watch from 5']);
  clock.advance(200);
  await turns();
  expect(asked).toEqual(['/things', 'watch from 5', '/things', 'watch from 8']);
  expect(told).toEqual(['replace ', 'replace ']);
});

it('does not ask in a storm where each watch ends at once', async () => {
  const clock = createManualClock();
  const { client, asked } = scripted([list('5')], [() => over, () => over]);
  follow(client, clock);
  await turns();
  expect(asked).toHaveLength(2);
});

it('lists again soon where the pages of a list have expired', async () => {
  const clock = createManualClock();
  const page = { ok: true as const, body: { metadata: { resourceVersion: '1', continue: 'x' }, items: [] } };
  const { client } = scripted([page, failure(410, 'expired'), list('2', 'a')], []);
  const told = follow(client, clock);
  await turns();
  expect(told).toEqual([]);
  clock.advance(200);
  await turns();
  expect(told).toEqual(['replace a']);
});

it('asks for a kind that is not there now and then', async () => {
  const clock = createManualClock();
  const { client } = scripted([failure(404, 'none'), list('2', 'a')], []);
  const told = follow(client, clock);
  await turns();
  expect(told).toEqual(['absent']);
  clock.advance(15_000);
  await turns();
  expect(told).toEqual(['absent', 'replace a']);
});

it('backs off by doubling up to a bound, half of it by chance', () => {
  const backOff = createBackOff(200, 10_000, createSeededRandom(3));
  const delays = Array.from({ length: 40 }, () => backOff.next());
  delays.forEach((ms, attempt) => {
    const full = Math.min(10_000, 200 * 2 ** attempt);
    expect(ms).toBeGreaterThanOrEqual(full / 2);
    expect(ms).toBeLessThanOrEqual(full);
  });
  backOff.reset();
  expect(backOff.next()).toBeLessThanOrEqual(200);
});
