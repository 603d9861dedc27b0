/** A dialer whose dials a test answers by hand. */

import type { ErrorCode } from '@weft/kernel';
import type { Dialer, DialOptions, DialTarget } from '../dial.ts';
import type { ResetReason } from '../upstream-stream.ts';
import { FakeWire } from './fake-wire.ts';

export interface FakeDial {
  readonly target: DialTarget;
  readonly options: DialOptions;
  readonly wire: FakeWire;
  /** @param alpn what was agreed on. */
  ready(alpn?: string): FakeWire;
  fail(code: ErrorCode, reset?: ResetReason): void;
  cancelled: boolean;
}

export interface FakeDialer extends Dialer {
  readonly dials: FakeDial[];
}

export function createFakeDialer(): FakeDialer {
  const dials: FakeDial[] = [];
  return {
    dials,
    dial(target, _timeoutMs, onReady, onFailed, options = {}) {
      const wire = new FakeWire();
      const dial: FakeDial = {
        target,
        options,
        wire,
        ready(alpn = '') {
          onReady(wire, { peerUri: undefined, alpn });
          return wire;
        },
        fail: (code, reset = 'remote_connection_failure') => onFailed(code, 'test', reset),
        cancelled: false,
      };
      dials.push(dial);
      return () => {
        dial.cancelled = true;
      };
    },
  };
}
