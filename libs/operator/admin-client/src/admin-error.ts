/** The one error of both clients: what went wrong, in terms of what the caller can do about it. */

import type { Violation } from './operator/types.ts';

/**
 * `unreachable`: nobody answers, or not in time. `unauthorized`: the token is wrong. `conflict`: a file owns the resource.
 * `invalid`: the content was refused, see `violations`. `failed`: anything else.
 */
export type AdminErrorKind = 'unreachable' | 'unauthorized' | 'not-found' | 'conflict' | 'invalid' | 'failed';

export class AdminError extends Error {
  readonly kind: AdminErrorKind;
  /** Stable code of the problem document; empty where there was none. */
  readonly code: string;
  readonly violations: readonly Violation[];

  constructor(
    kind: AdminErrorKind,
    message: string,
    details: { code?: string; violations?: readonly Violation[]; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AdminError';
    this.kind = kind;
    this.code = details.code ?? '';
    this.violations = details.violations ?? [];
  }
}
