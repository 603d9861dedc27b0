import { create } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { Runtime } from '@weft/data-runtime';
import { createManualClock } from '@weft/kernel';
import { createLogger } from '@weft/telemetry';
import { type ReceivedResource, type ResourceUpdate, type XdsClientHandlers, xdsTypes } from '@weft/xds-protocol';
import { describe, expect, test } from 'vitest';
import type { ConfigCache } from './config-cache.ts';
import { controlPlaneWaitMs, createSession } from './session.ts';

function update(typeUrl: string, ...names: string[]): ResourceUpdate {
  const changed = names.map((name) => ({ name, version: '1', body: create(AnySchema, { typeUrl }) }));
  return { typeUrl, changed, removed: [] };
}

/** A runtime that takes all but what is named "bad", and wants the endpoints of every cluster. */
function fakeRuntime() {
  const received = new Map<string, Map<string, ReceivedResource>>();
  const runtime = {
    apply(taken: ResourceUpdate) {
      if (taken.changed.some(({ name }) => name === 'bad')) return 'Cluster bad: no';
      const ofType = received.get(taken.typeUrl) ?? new Map<string, ReceivedResource>();
      for (const one of taken.changed) ofType.set(one.name, one);
      received.set(taken.typeUrl, ofType);
      return undefined;
    },
    wanted: () => ({ routes: ['r'], endpoints: [...(received.get(xdsTypes.CDS)?.keys() ?? [])], secrets: ['ROOTCA'] }),
    received: () => received,
  };
  return runtime as unknown as Runtime;
}

function setUp(kept: readonly ResourceUpdate[] | Error | undefined = undefined) {
  const clock = createManualClock();
  const calls: unknown[][] = [];
  let handlers: XdsClientHandlers | undefined;
  let connected = 0;
  const cache: ConfigCache = {
    load: () => (kept instanceof Error ? Promise.reject(kept) : Promise.resolve(kept)),
    touch: () => void calls.push(['touch']),
    flush: async () => void calls.push(['flush']),
  };
  const note =
    (name: string) =>
    (...args: unknown[]): void => {
      calls.push([name, ...args]);
    };
  const session = createSession({
    runtime: fakeRuntime(),
    cache,
    clock,
    log: createLogger({ name: 'test', level: 'silent' }),
    connect(given) {
      handlers = given;
      return {
        start: note('start'),
        stop: note('stop'),
        subscribe: note('subscribe'),
        seed: note('seed'),
        reportHealth: note('health'),
      };
    },
    onConnected: () => {
      connected += 1;
    },
  });
  const server = {
    send(sent: ResourceUpdate): string | undefined {
      const refusal = handlers?.onUpdate(sent, false);
      if (refusal === undefined) handlers?.onAnswered?.(sent.typeUrl);
      return refusal;
    },
    up: () => handlers?.onConnection('connected', ''),
    down: () => handlers?.onConnection('disconnected', 'gone'),
  };
  return { session, clock, calls, server, connects: () => connected };
}

describe('the session', () => {
  test('it wants all clusters and listeners, then the names that they bring up', async () => {
    const { session, calls, server } = setUp();
    await session.start();
    expect(calls.slice(0, 2)).toEqual([
      ['subscribe', xdsTypes.CDS, '*'],
      ['subscribe', xdsTypes.LDS, '*'],
    ]);
    expect(calls.at(-1)).toEqual(['start']);
    calls.length = 0;
    expect(server.send(update(xdsTypes.CDS, 'c'))).toBeUndefined();
    expect(calls).toContainEqual(['subscribe', xdsTypes.EDS, ['c']]);
    expect(calls.at(-1)).toEqual(['touch']);
  });

  test('it is configured when clusters, their endpoints and listeners were answered, also with nothing', async () => {
    const { session, server } = setUp();
    await session.start();
    server.up();
    server.send(update(xdsTypes.CDS, 'c'));
    server.send(update(xdsTypes.LDS));
    expect(session.state().configured).toBe(false);
    server.send(update(xdsTypes.EDS, 'c'));
    expect(session.state()).toEqual({ connected: true, reason: '', configured: true, source: 'control-plane' });
  });

  test('what the runtime refuses is refused, and not kept on disk', async () => {
    const { session, server, calls } = setUp();
    await session.start();
    calls.length = 0;
    expect(server.send(update(xdsTypes.CDS, 'bad'))).toBe('Cluster bad: no');
    expect(calls).toEqual([]);
    expect(session.state().configured).toBe(false);
  });

  test('a kept configuration is in force at once, its versions are told, and it counts after a bounded wait', async () => {
    const { session, clock, calls } = setUp([update(xdsTypes.CDS, 'c'), update(xdsTypes.LDS, 'l')]);
    await session.start();
    const seeds = calls.filter(([name]) => name === 'seed');
    expect(seeds).toEqual([
      ['seed', xdsTypes.CDS, new Map([['c', '1']])],
      ['seed', xdsTypes.LDS, new Map([['l', '1']])],
    ]);
    const subscribed = calls.findIndex(([name, type]) => name === 'subscribe' && type === xdsTypes.EDS);
    expect(calls[subscribed]).toEqual(['subscribe', xdsTypes.EDS, ['c']]);
    expect(subscribed).toBeLessThan(calls.findIndex(([name]) => name === 'seed'));
    expect(session.state()).toMatchObject({ configured: false, source: 'cache' });
    clock.advance(controlPlaneWaitMs);
    expect(session.state()).toMatchObject({ configured: true, source: 'cache' });
  });

  test('a kept type that is refused is asked for anew, the others are used', async () => {
    const { session, calls } = setUp([update(xdsTypes.CDS, 'bad'), update(xdsTypes.LDS, 'l')]);
    await session.start();
    expect(calls.filter(([name]) => name === 'seed')).toEqual([['seed', xdsTypes.LDS, new Map([['l', '1']])]]);
  });

  test('a damaged file is as good as none', async () => {
    const { session, clock } = setUp(new Error('damaged'));
    await session.start();
    clock.advance(controlPlaneWaitMs);
    expect(session.state()).toMatchObject({ configured: false, source: 'none' });
  });

  test('after a loss of the control plane the proxy stays configured and says why the stream is down', async () => {
    const { session, server, connects, calls } = setUp();
    await session.start();
    server.up();
    server.send(update(xdsTypes.CDS));
    server.send(update(xdsTypes.LDS));
    server.down();
    expect(session.state()).toMatchObject({ connected: false, reason: 'gone', configured: true });
    server.up();
    expect(connects()).toBe(2);
    await session.stop();
    expect(calls.slice(-2)).toEqual([['stop'], ['flush']]);
  });
});
