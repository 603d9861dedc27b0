/** Watchers of one thing: each is sent what it is now, and again when it changes; a slow one gets the newest only. */

import * as grpc from '@grpc/grpc-js';

/** Calls that watch one thing at a time. */
export const watchersMax = 256;

export interface Streams {
  /** False where there are too many. @throws what reading the thing throws: the call is not kept then. */
  add(call: grpc.ServerWritableStream<unknown, object>): boolean;
  changed(): void;
}

/** @param read the message of now; a throw with a `code` ends the watchers with that status. */
export function createStreams(read: () => object): Streams {
  /** Call → true: it has not taken the last message yet, and there is a newer one. */
  const calls = new Map<grpc.ServerWritableStream<unknown, object>, { blocked: boolean; behind: boolean }>();

  const send = (call: grpc.ServerWritableStream<unknown, object>, message: object): void => {
    const state = calls.get(call);
    if (state === undefined) return;
    if (state.blocked) state.behind = true;
    else state.blocked = !call.write(message);
  };

  return {
    add(call) {
      if (calls.size >= watchersMax) return false;
      const message = read();
      calls.set(call, { blocked: false, behind: false });
      for (const event of ['cancelled', 'close', 'error']) call.on(event, () => calls.delete(call));
      call.on('drain', () => {
        const state = calls.get(call);
        if (state === undefined) return;
        state.blocked = false;
        if (!state.behind) return;
        state.behind = false;
        send(call, read());
      });
      send(call, message);
      return true;
    },
    changed() {
      if (calls.size === 0) return;
      let message: object;
      try {
        message = read();
      } catch (error) {
        const { code = grpc.status.UNAVAILABLE, message: details } = error as Error & { code?: grpc.status };
        for (const call of [...calls.keys()]) call.emit('error', { code, details });
        return;
      }
      for (const call of calls.keys()) send(call, message);
    },
  };
}
