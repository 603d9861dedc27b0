/** Who watches, how many may, and what a slow one is sent. */

import { EventEmitter } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { createStreams, watchersMax } from './streams.ts';

type Call = ServerWritableStream<unknown, object>;

/** @param takes what `write` says: false, it has not taken the last message yet. */
function watcher(takes = true) {
  const sent: object[] = [];
  const write = (message: object): boolean => {
    sent.push(message);
    return takes;
  };
  return { sent, call: Object.assign(new EventEmitter(), { write }) as unknown as Call };
}

describe('the watchers of one thing', () => {
  it('are as many as their bound; one that goes makes room', () => {
    const streams = createStreams(() => ({}));
    const calls = Array.from({ length: watchersMax }, () => watcher().call);
    for (const call of calls) expect(streams.add(call)).toBe(true);
    const late = watcher();
    expect(streams.add(late.call)).toBe(false);
    expect(late.sent).toEqual([]);
    calls[0]?.emit('cancelled');
    expect(streams.add(late.call)).toBe(true);
    expect(late.sent).toEqual([{}]);
  });

  it('are sent the newest only, where they are slow', () => {
    let version = 1;
    const streams = createStreams(() => ({ version }));
    const slow = watcher(false);
    streams.add(slow.call);
    for (version = 2; version < 5; version += 1) streams.changed();
    expect(slow.sent).toEqual([{ version: 1 }]);
    slow.call.emit('drain');
    expect(slow.sent).toEqual([{ version: 1 }, { version: 5 }]);
  });
});
