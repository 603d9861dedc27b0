/** Failures that a policy itself makes, as opposed to those of the call inside. */

/**
 * `deadline_exceeded`: the call may have had its effect. `bulkhead_full`, `circuit_open`: it was never made.
 * `cancelled`: the caller's signal ended it while it waited.
 */
export type ResilienceCode = 'deadline_exceeded' | 'bulkhead_full' | 'circuit_open' | 'cancelled';

export class ResilienceError extends Error {
  readonly code: ResilienceCode;

  constructor(code: ResilienceCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ResilienceError';
    this.code = code;
  }
}
