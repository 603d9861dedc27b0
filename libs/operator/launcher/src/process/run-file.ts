/** The record of a running launcher and its processes: what a later one needs to find and end them. */

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileFailure, LaunchError } from '../launch-error.ts';
import type { ProcessIdentity } from './identity.ts';

export interface RunProcess extends ProcessIdentity {
  readonly name: string;
}

export interface RunRecord {
  readonly launcher: ProcessIdentity;
  /** RFC 3339. */
  readonly startedAt: string;
  /** What the launcher runs: "mesh", "shop without mesh", "run hello". */
  readonly what: string;
  /** Name → address, for `weft status`: {"shop": "http://127.0.0.1:8080"}. */
  readonly urls: Readonly<Record<string, string>>;
  /** Workload → its sidecar's admin address, for questions while the control plane is dead. */
  readonly admin: Readonly<Record<string, string>>;
  /** "starting" until the whole is ready. */
  readonly state: 'starting' | 'ready' | 'stopping';
  readonly processes: readonly RunProcess[];
}

/** The record; nothing where there is none or it is torn. @throws LaunchError where another account owns it. */
export function readRunFile(path: string): RunRecord | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Partial<RunRecord>;
    if (typeof value.launcher?.pid !== 'number' || !Array.isArray(value.processes)) return undefined;
    return {
      launcher: value.launcher,
      startedAt: value.startedAt ?? '',
      what: value.what ?? '',
      urls: value.urls ?? {},
      admin: value.admin ?? {},
      state: value.state ?? 'starting',
      processes: value.processes,
    };
  } catch {
    return undefined;
  }
}

/** Puts the record in place whole or not at all. @throws LaunchError */
export function writeRunFile(path: string, record: RunRecord): void {
  const temporary = writeBeside(path, record);
  renameSync(temporary, path);
}

/** Like `writeRunFile`, but only where there is none yet. @returns whether it was written. @throws LaunchError */
export function claimRunFile(path: string, record: RunRecord): boolean {
  const temporary = writeBeside(path, record);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw fileFailure(error, 'write the run record', path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** @throws LaunchError */
export function removeRunFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw fileFailure(error, 'remove the run record', path);
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EACCES' && code !== 'EPERM') return undefined;
    throw new LaunchError(
      'no-permission',
      `no permission to read ${path}; use the account that started the mesh, or name another folder with --dir`,
      error,
    );
  }
}

function writeBeside(path: string, record: RunRecord): string {
  const temporary = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    rmSync(temporary, { force: true });
    throw fileFailure(error, 'write the run record', path);
  }
  return temporary;
}
