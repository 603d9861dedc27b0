/** The one class of expected failures of a service. */

import { type ServiceErrorCode, type ServiceErrorRow, serviceErrorTable } from './table.ts';

/** One wrong field: where, and what is wrong. */
export interface Violation {
  /** "body.items.0.quantity". */
  readonly field: string;
  readonly message: string;
}

export interface ServiceErrorParts {
  /** For the client; never holds a secret or a cause. */
  readonly detail?: string;
  readonly violations?: readonly Violation[];
  /** For the log only. */
  readonly cause?: unknown;
}

export class ServiceError extends Error {
  readonly code: ServiceErrorCode;
  readonly detail: string | undefined;
  readonly violations: readonly Violation[];

  constructor(code: ServiceErrorCode, { detail, violations = [], cause }: ServiceErrorParts = {}) {
    super(detail ?? serviceErrorTable[code].title, cause === undefined ? undefined : { cause });
    this.name = 'ServiceError';
    this.code = code;
    this.detail = detail;
    this.violations = violations;
  }

  get row(): ServiceErrorRow {
    return serviceErrorTable[this.code];
  }
}
