/** Clients that speak HTTP/2, each with many streams on one connection: how it is drained, and how its streams are watched. */

import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { afterEach, describe, expect, it } from 'vitest';
import { turn, until } from '../testing/waiting.ts';
import { createStage, hello, routeTo } from './testing/stops.ts';
import { makeTable } from './testing/tables.ts';

const stage = createStage();
const { backendOf, forwarding, rigOf } = stage;
afterEach(() => stage.stop());

describe('draining a client that speaks HTTP/2', () => {
  it('says GOAWAY, finishes what is under way, and closes', async () => {
    let answer = (): void => {};
    const { backend, rig } = await forwarding((socket) => {
      answer = () => void socket.write(hello);
    });
    const session = connect(`http://127.0.0.1:${rig.port}`);
    session.on('error', () => {});
    const codes: number[] = [];
    session.on('goaway', (code) => codes.push(code));
    const stream = session.request({ ':path': '/' });
    await until(() => backend.received() !== '');
    rig.handler.drain();
    await until(() => codes.length > 0);
    answer();
    let body = '';
    for await (const part of stream) body += String(part);
    expect(body).toBe('hello');
    while (rig.handler.connections() > 0) {
      await turn();
      rig.clock.advance(100);
    }
    expect(codes[0]).toBe(constants.NGHTTP2_NO_ERROR);
  });

  it('waits for drain_timeout between the GOAWAY that announces the end and the one that makes it so', async () => {
    const backend = await backendOf(() => {});
    const route = routeTo(backend);
    const rig = await rigOf(makeTable(() => route, { drainTimeoutMs: 3_000 }));
    const session = connect(`http://127.0.0.1:${rig.port}`);
    session.on('error', () => {});
    const lastIds: number[] = [];
    session.on('goaway', (_code, lastId) => lastIds.push(lastId));
    // Never answered, so that the connection stays.
    session.request({ ':path': '/' }).on('error', () => {});
    await until(() => backend.received() !== '');
    rig.handler.drain();
    await until(() => lastIds.length > 0);
    rig.clock.advance(2_900);
    for (let i = 0; i < 20; i += 1) await turn();
    expect(lastIds).toEqual([2 ** 31 - 1]);
    rig.clock.advance(200);
    await until(() => lastIds.length > 1);
    expect(lastIds[1]).toBeLessThan(2 ** 31 - 1);
    session.destroy();
  });
});

describe('streams of one client over HTTP/2', () => {
  it('are each watched once others of them have ended, and then none is left', async () => {
    const answers = new Map<string, () => void>();
    const backend = await backendOf((socket, request) => {
      answers.set(request.slice(4, 6), () => void socket.write(hello));
    });
    const route = routeTo(backend);
    const rig = await rigOf(makeTable(() => route, { streamIdleTimeoutMs: 500, idleTimeoutMs: 2_000 }));
    const session = connect(`http://127.0.0.1:${rig.port}`);
    session.on('error', () => {});
    const goaway = once(session, 'goaway');
    const statuses = new Map<string, number>();
    const paths = ['/1', '/2', '/3'];
    for (const path of paths) {
      const stream = session.request({ ':path': path }).resume();
      stream.on('response', (head) => statuses.set(path, Number(head[':status'])));
      await until(() => backend.received().includes(`GET ${path} `));
    }
    // The last takes the place of the first, and then it ends itself.
    for (const path of ['/1', '/3']) {
      answers.get(path)?.();
      await until(() => statuses.has(path));
    }
    rig.clock.advance(700);
    await until(() => statuses.size === 3);
    expect(paths.map((path) => statuses.get(path))).toEqual([200, 504, 200]);
    rig.clock.advance(2_100);
    await goaway;
    session.destroy();
  });
});
