/** The C library's socket calls, loaded at the first use. */

import { createRequire } from 'node:module';
import { platform } from 'node:process';

type Call = (...args: readonly unknown[]) => number;

export interface Libc {
  readonly getsockopt: Call;
  readonly setsockopt: Call;
  readonly socket: Call;
  readonly bind: Call;
  readonly listen: Call;
  readonly close: Call;
  readonly madvise: Call;
  /** errno of the last call that failed. */
  errno(): number;
}

interface Koffi {
  load(path: string | null): { func(signature: string): Call };
  errno(): number;
}

let loaded: Libc | undefined;
let failure: string | undefined;

/** @returns nothing where there is no such library: `libcProblem` says why. */
export function libc(): Libc | undefined {
  if (loaded !== undefined || failure !== undefined) return loaded;
  if (platform !== 'linux') {
    failure = `this needs Linux, not ${platform}`;
    return undefined;
  }
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const library = koffi.load(null);
    loaded = {
      getsockopt: library.func(
        'int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)',
      ),
      setsockopt: library.func('int setsockopt(int fd, int level, int name, const uint8_t *value, uint32_t length)'),
      socket: library.func('int socket(int domain, int type, int protocol)'),
      bind: library.func('int bind(int fd, const uint8_t *address, uint32_t length)'),
      listen: library.func('int listen(int fd, int backlog)'),
      close: library.func('int close(int fd)'),
      madvise: library.func('int madvise(uintptr_t address, size_t length, int advice)'),
      errno: () => koffi.errno(),
    };
  } catch (error) {
    failure = `the native module koffi does not load: ${error instanceof Error ? error.message : String(error)}`;
  }
  return loaded;
}

/** Why `libc` gives nothing. */
export function libcProblem(): string {
  return failure ?? 'unknown';
}
