/** Errors of the file system in the words of a user. */

const sentences: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk reports an error',
  EISDIR: 'it is a folder',
  ELOOP: 'its symbolic links lead in a circle',
  EMFILE: 'this process has too many open files',
  ENFILE: 'this machine has too many open files',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'it does not exist',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is not a folder',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
};

/** "EACCES"; empty for what is not an error of the system. */
export function diskErrorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** "the disk is full (ENOSPC)". */
export function describeDiskError(error: unknown): string {
  const code = diskErrorCode(error);
  const sentence = sentences[code];
  if (sentence !== undefined) return `${sentence} (${code})`;
  return error instanceof Error ? error.message : String(error);
}
