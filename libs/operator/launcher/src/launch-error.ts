/** The closed list of what can go wrong while processes are started, each one sentence that says what to do. */

/** The command line gives each an exit code. */
export type LaunchErrorCode =
  | 'port-busy'
  | 'child-died'
  | 'child-not-ready'
  | 'no-permission'
  | 'disk-full'
  | 'already-running'
  | 'not-running'
  | 'not-built'
  | 'node-too-old'
  | 'platform-unsupported'
  | 'database'
  | 'bad-name'
  | 'no-envoy'
  | 'unreachable';

/** Its message is for people: one sentence, with what to do. `cause` is kept and not shown. */
export class LaunchError extends Error {
  readonly code: LaunchErrorCode;
  /** Lines to show under the sentence: the end of a log. */
  readonly details: readonly string[];

  constructor(code: LaunchErrorCode, message: string, cause?: unknown, details: readonly string[] = []) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LaunchError';
    this.code = code;
    this.details = details;
  }
}

/**
 * A failed file operation as a sentence; anything that is not one is given back as it is.
 * @param what the act: "write the logs".
 */
export function fileFailure(error: unknown, what: string, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return new LaunchError(
        'no-permission',
        `cannot ${what}: no permission for ${path}; give this user the right to write there, or name another folder with --dir`,
        error,
      );
    case 'EROFS':
      return new LaunchError(
        'no-permission',
        `cannot ${what}: ${path} is on a read-only file system; name another folder with --dir`,
        error,
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return new LaunchError(
        'disk-full',
        `cannot ${what}: the disk of ${path} is full; free some space and try again`,
        error,
      );
    // Of a write, or of a folder made with its parents: what Node.js says on a read-only file system.
    case 'ENOENT':
      return new LaunchError(
        'no-permission',
        `cannot ${what}: nothing can be made at ${path}; name another folder with --dir`,
        error,
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new LaunchError(
        'no-permission',
        `cannot ${what}: ${path} is in the way; move it, or name another folder with --dir`,
        error,
      );
    default:
      return error;
  }
}
