/** The one class of expected failures; anything else thrown is a programmer's error and crashes. */

import { type ErrorCode, type ErrorRow, errorTable } from './table.ts';

export class WeftError extends Error {
  readonly code: ErrorCode;

  /** @param message for the log, never for the peer. `cause` is kept and never sent. */
  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'WeftError';
    this.code = code;
  }

  get row(): ErrorRow {
    return errorTable[this.code];
  }
}

/** @throws Error when a condition that the code guarantees does not hold; nobody catches it. */
export function assertThat(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${what}`);
}
