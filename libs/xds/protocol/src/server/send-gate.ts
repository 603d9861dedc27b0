/** Back-pressure over all streams: how much was written and not yet read, who waits, and who is too slow. */

import type { Clock } from '@weft/kernel';
import type { XdsServerLimits } from './types.ts';

export interface GatedStream {
  /** There is room again. */
  resume(): void;
  /** The proxy does not read: the stream is to end now, with what it holds. */
  cut(reason: string): void;
}

export interface SendGate {
  /** May the stream make another response? If not, `resume` is called when it may. */
  mayWrite(stream: GatedStream): boolean;
  wrote(stream: GatedStream, bytes: number): void;
  /** The transport took a response. */
  drained(stream: GatedStream, bytes: number): void;
  leave(stream: GatedStream): void;
  /** Bytes that no proxy has read yet. */
  unsent(): number;
}

interface Account {
  bytes: number;
  /** When the oldest response of it was written. */
  sinceMs: number;
  stalled: boolean;
}

type GateLimits = Pick<
  XdsServerLimits,
  'unsentPerStreamMax' | 'unsentMax' | 'stalledAfterMs' | 'stalledMax' | 'sendTimeoutMs'
>;

export function createSendGate(limits: GateLimits, clock: Clock): SendGate {
  const accounts = new Map<GatedStream, Account>();
  /** In the order in which they asked. */
  const waiting = new Set<GatedStream>();
  let flowing = 0;
  let stalled = 0;
  let watching = false;

  const hasRoom = (stream: GatedStream): boolean =>
    flowing < limits.unsentMax && (accounts.get(stream)?.bytes ?? 0) < limits.unsentPerStreamMax;

  const remove = (stream: GatedStream, bytes: number): void => {
    const account = accounts.get(stream);
    if (account === undefined) return;
    account.bytes -= bytes;
    account.sinceMs = clock.monotonic();
    if (account.stalled) stalled -= bytes;
    else flowing -= bytes;
    if (account.bytes > 0) return;
    accounts.delete(stream);
  };

  const wake = (): void => {
    for (const stream of waiting) {
      if (flowing >= limits.unsentMax) return;
      if (!hasRoom(stream)) continue;
      waiting.delete(stream);
      stream.resume();
    }
  };

  const cut = (stream: GatedStream, reason: string): void => {
    leave(stream);
    stream.cut(reason);
  };

  /** Accounts are in the order of their first unread response: the longest stalled comes first. */
  const look = (): void => {
    const now = clock.monotonic();
    for (const [stream, account] of [...accounts]) {
      const waited = now - account.sinceMs;
      if (waited >= limits.sendTimeoutMs) {
        cut(stream, `nothing was read for ${limits.sendTimeoutMs} ms`);
      } else if (waited >= limits.stalledAfterMs && !account.stalled) {
        account.stalled = true;
        flowing -= account.bytes;
        stalled += account.bytes;
      }
    }
    for (const [stream, account] of [...accounts]) {
      if (stalled <= limits.stalledMax) break;
      if (account.stalled) cut(stream, 'too many proxies do not read, and this is the slowest');
    }
    wake();
  };

  const watch = (): void => {
    if (watching) return;
    watching = true;
    clock.after(limits.stalledAfterMs, () => {
      watching = false;
      look();
      if (accounts.size > 0) watch();
    });
  };

  const leave = (stream: GatedStream): void => {
    waiting.delete(stream);
    remove(stream, accounts.get(stream)?.bytes ?? 0);
  };

  return {
    mayWrite(stream) {
      if (hasRoom(stream)) return true;
      waiting.add(stream);
      return false;
    },
    wrote(stream, bytes) {
      const account = accounts.get(stream) ?? { bytes: 0, sinceMs: clock.monotonic(), stalled: false };
      account.bytes += bytes;
      if (account.stalled) stalled += bytes;
      else flowing += bytes;
      accounts.set(stream, account);
      watch();
    },
    drained(stream, bytes) {
      remove(stream, bytes);
      wake();
    },
    leave(stream) {
      leave(stream);
      wake();
    },
    unsent: () => flowing + stalled,
  };
}
