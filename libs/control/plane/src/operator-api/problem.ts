/** Errors of the operator API, as RFC 9457 problem documents. */

import type { Violation } from '@weft/model';

/** One per way in which a call can fail. */
export const problems = {
  unauthorized: { status: 401, title: 'The operator token is missing or wrong.' },
  host_refused: { status: 403, title: 'The Host header is not a name of this machine.' },
  not_found: { status: 404, title: 'There is no such thing.' },
  conflict: { status: 409, title: 'A file of the configuration folder defines it.' },
  rotation_refused: { status: 409, title: 'The rotation of the root is not at this point.' },
  version_conflict: { status: 409, title: 'It was changed by somebody else in the meantime.' },
  too_large: { status: 413, title: 'The body is too large.' },
  unsupported_media_type: { status: 415, title: 'Send application/yaml.' },
  invalid_resource: { status: 422, title: 'The document is not valid.' },
  bad_request: { status: 400, title: 'The request is not valid.' },
  internal: { status: 500, title: 'The control plane failed; its log says why.' },
} as const;

export type ProblemCode = keyof typeof problems;

export class Problem extends Error {
  readonly code: ProblemCode;
  readonly violations: readonly Violation[];

  constructor(code: ProblemCode, detail = '', violations: readonly Violation[] = []) {
    super(detail);
    this.name = 'Problem';
    this.code = code;
    this.violations = violations;
  }

  /** The body of the answer. */
  toDocument(): Record<string, unknown> {
    const { status, title } = problems[this.code];
    return {
      type: 'about:blank',
      title,
      status,
      code: this.code,
      ...(this.message === '' ? {} : { detail: this.message }),
      ...(this.violations.length === 0 ? {} : { violations: this.violations }),
    };
  }
}
