/** How a command fails: an exit code that means something, and one sentence that says what to do. */

import { AdminError, type AdminErrorKind } from '@weft/operator-admin-client';

export const exitCodes = { ok: 0, failed: 1, usage: 2, unreachable: 3, invalid: 4 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export class CliFailure extends Error {
  readonly exitCode: ExitCode;
  readonly details: readonly string[];

  constructor(exitCode: ExitCode, message: string, details: readonly string[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CliFailure';
    this.exitCode = exitCode;
    this.details = details;
  }
}

const adminExitCodes: Readonly<Record<AdminErrorKind, ExitCode>> = {
  unreachable: exitCodes.unreachable,
  unauthorized: exitCodes.failed,
  'not-found': exitCodes.failed,
  conflict: exitCodes.failed,
  invalid: exitCodes.invalid,
  failed: exitCodes.failed,
};

/** What the launcher's errors mean here; it is imported late, so its class is known by its name and code. */
const launchExitCodes: Readonly<Record<string, ExitCode>> = {
  'not-running': exitCodes.unreachable,
  unreachable: exitCodes.unreachable,
  'bad-name': exitCodes.usage,
};

/** Any error as a failure; one that nobody expects keeps its stack, because it is a bug. */
export function toFailure(error: unknown): CliFailure {
  if (error instanceof CliFailure) return error;
  if (error instanceof AdminError) return adminFailure(error);
  if (error instanceof Error && error.name === 'LaunchError' && 'code' in error) {
    const details = 'details' in error && Array.isArray(error.details) ? (error.details as string[]) : [];
    return new CliFailure(launchExitCodes[String(error.code)] ?? exitCodes.failed, error.message, details, error);
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new CliFailure(
    exitCodes.failed,
    'this is a bug in weft; please report it with the lines below',
    stack.split('\n'),
  );
}

function adminFailure(error: AdminError): CliFailure {
  const details = error.violations.map(
    (v) => `${v.file}:${v.line}:${v.column} ${v.path === '' ? '' : `${v.path}: `}${v.message}`,
  );
  const hint =
    error.kind === 'unreachable'
      ? '; is the mesh running? (`npx weft status`; `npm start` starts it)'
      : error.kind === 'unauthorized'
        ? '; the operator token is not the one of this control plane: name its run folder with --dir'
        : '';
  return new CliFailure(adminExitCodes[error.kind], `${error.message}${hint}`, details, error);
}
