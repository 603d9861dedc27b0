import type { CompileInput, Snapshot } from '@weft/control-compiler';
import type { ProxyDescription } from '@weft/control-registry';
import { createManualClock } from '@weft/kernel';
import { createLogger } from '@weft/telemetry';
import { describe, expect, it } from 'vitest';
import type { ConnectedProxies } from '../proxies/connected.ts';
import { createPublisher, debounceCeilingMs, debounceQuietMs, sliceMs } from './publisher.ts';

const proxy = { id: 'echo' } as ProxyDescription;

function make() {
  const clock = createManualClock();
  const sent: Snapshot[] = [];
  const log: string[] = [];
  const on = { snapshot: { resources: new Map(), notices: ['look here'] } as Snapshot, failing: false };
  const publisher = createPublisher({
    clock,
    logger: createLogger({ name: 'test', level: 'info', destination: { write: (line) => void log.push(line) } }),
    compiler: {
      compile() {
        if (on.failing) throw new Error('does not fit together');
        return on.snapshot;
      },
      forget: () => {},
      counts: () => ({ cluster: 0, endpoint: 0, listener: 0, route: 0, secret: 0 }),
    },
    connected: { all: () => [{ proxy }], get: () => ({ proxy }) } as unknown as ConnectedProxies,
    input: () => ({}) as CompileInput,
    send: (_proxyId, snapshot) => void sent.push(snapshot),
  });
  return { clock, sent, log, on, publisher };
}

it('sends a burst of changes once, after a quiet time and never later than its ceiling', () => {
  const { clock, sent, publisher } = make();
  publisher.changed();
  clock.advance(debounceQuietMs - 1);
  expect(sent).toHaveLength(0);
  for (let waited = debounceQuietMs - 1; waited < debounceCeilingMs; waited++) {
    publisher.changed();
    clock.advance(1);
  }
  expect(sent).toHaveLength(1);
  publisher.stop();
  expect(clock.pending()).toBe(0);
});

it('sends nothing where the snapshot is the one that was sent', () => {
  const { clock, sent, publisher } = make();
  for (let round = 0; round < 3; round++) {
    publisher.changed();
    clock.advance(debounceQuietMs);
  }
  expect(sent).toHaveLength(1);
});

it('keeps the last snapshot of a proxy whose configuration cannot be compiled, and says so', () => {
  const { clock, sent, log, on, publisher } = make();
  expect(publisher.snapshotFor(proxy)).toBe(on.snapshot);
  on.failing = true;
  publisher.changed();
  clock.advance(debounceQuietMs);
  expect(sent).toHaveLength(0);
  expect(publisher.lastSnapshot('echo')).toBe(on.snapshot);
  expect(log.join()).toContain('it keeps its last one');
});

it('logs each notice once while it holds', () => {
  const { clock, log, on, publisher } = make();
  for (const notices of [['look here'], ['look here', 'and there'], [], ['look here']]) {
    on.snapshot = { resources: new Map(), notices };
    publisher.changed();
    clock.advance(debounceQuietMs);
  }
  expect(log.filter((line) => line.includes('look here'))).toHaveLength(2);
  expect(log.filter((line) => line.includes('and there'))).toHaveLength(1);
  publisher.forget('echo');
  expect(publisher.notices()).toEqual([]);
});

describe('a round over many proxies', () => {
  const ids = ['a', 'b', 'c', 'd'];

  /** Each compilation takes all of a slice. */
  function slow() {
    const manual = createManualClock();
    const turns: (() => void)[] = [];
    let late = 0;
    const order: string[] = [];
    const publisher = createPublisher({
      clock: { ...manual, monotonic: () => manual.monotonic() + late, soon: (task) => void turns.push(task) },
      logger: createLogger({ name: 'test', level: 'fatal', destination: { write: () => {} } }),
      compiler: {
        compile(_input, { id }) {
          late += sliceMs;
          order.push(id);
          return { resources: new Map(), notices: [] };
        },
        forget: () => {},
        counts: () => ({ cluster: 0, endpoint: 0, listener: 0, route: 0, secret: 0 }),
      },
      connected: {
        all: () => ids.map((id) => ({ proxy: { id } })),
        get: (id: string) => ({ proxy: { id } }),
      } as unknown as ConnectedProxies,
      input: () => ({}) as CompileInput,
      send: () => {},
    });
    const turn = (): void => turns.shift()?.();
    return { manual, publisher, order, turn, turns };
  }

  it('lets others have their turn between slices', () => {
    const { manual, publisher, order, turn, turns } = slow();
    publisher.changed();
    manual.advance(debounceQuietMs);
    expect(order).toEqual(['a']);
    while (turns.length > 0) turn();
    expect(order).toEqual(ids);
  });

  it('serves changed endpoints before the rest of a change of configuration, and nobody twice for nothing', () => {
    const { manual, publisher, order, turn, turns } = slow();
    publisher.changed();
    manual.advance(debounceQuietMs);
    turn();
    expect(order).toEqual(['a', 'b']);
    publisher.changed('endpoints');
    manual.advance(debounceQuietMs);
    while (turns.length > 0) turn();
    expect(order).toEqual(['a', 'b', 'a', 'b', 'c', 'd']);
  });

  it('forgets who has gone, and ends with the plane', () => {
    const { manual, publisher, order, turn, turns } = slow();
    publisher.changed();
    manual.advance(debounceQuietMs);
    publisher.forget('b');
    turn();
    expect(order).toEqual(['a', 'c']);
    publisher.stop();
    while (turns.length > 0) turn();
    expect(order).toEqual(['a', 'c']);
  });
});
