/** Resources accepted by the operator API: one file each, so that a person can read and back them up. */

import { join, resolve } from 'node:path';
import { type Clock, WeftError } from '@weft/kernel';
import { type AnyResource, type Kind, type ParsedFile, parseDocuments, resourceKey, type Violation } from '@weft/model';
import { describeDiskError } from '../disk-error.ts';
import { displayName } from '../display-name.ts';
import { createFileTable } from '../file-table.ts';
import { sourceLimits } from '../limits.ts';
import type { ResourceSource, SourceOptions } from '../source.ts';
import { type Disk, systemDisk } from './disk.ts';
import { loadKept } from './load-kept.ts';
import { sameResource, standsAlone, storedFileName } from './stored-text.ts';

export interface AppliedSourceOptions extends SourceOptions {
  readonly clock: Clock;
  readonly disk?: Disk;
  /** `sourceLimits.appliedMax` where absent. */
  readonly resourcesMax?: number;
}

export interface AppliedChange {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly change: 'created' | 'configured' | 'unchanged';
}

export type PutResult =
  | { readonly accepted: true; readonly applied: readonly AppliedChange[] }
  | { readonly accepted: false; readonly violations: readonly Violation[] };

export interface AppliedSource extends ResourceSource {
  /**
   * Takes every document of `text` or none.
   * @param file how violations name the text; "request" where absent.
   * @throws WeftError state_unwritable where the disk refuses; what was in force stays.
   */
  put(text: string, file?: string): PutResult;
  /** False where there is no such resource. @throws WeftError state_unwritable where the disk refuses. */
  delete(kind: Kind, namespace: string, name: string): boolean;
}

const temporary = '.tmp';

/** Keeps what was put in `dir` (0700) and reads it again at the next start; a file that got damaged is rejected, the others stand. */
export function createAppliedSource(options: AppliedSourceOptions): AppliedSource {
  const { clock, logger, onChange, disk = systemDisk, resourcesMax = sourceLimits.appliedMax } = options;
  const dir = resolve(options.dir);
  const table = createFileTable(clock, logger);
  const nameOf = (fileName: string): string => displayName(options.dir, fileName, options.workingDir ?? process.cwd());
  const fileOf = ({ kind, namespace, name }: AnyResource): string => storedFileName(kind, namespace, name);
  let stopped = false;

  const changed = (): void => {
    if (!stopped) onChange();
  };

  const onDisk = <T>(what: string, act: () => T): T => {
    try {
      return act();
    } catch (error) {
      throw new WeftError('state_unwritable', `${what} in ${dir}: ${describeDiskError(error)}`, error);
    }
  };

  const find = (fileName: string): AnyResource | undefined =>
    table.resources().find((resource) => resource.position.file === nameOf(fileName));

  /** All bytes are on the disk before the first file takes its place. */
  const store = (texts: ReadonlyMap<string, string>): void => {
    const names = [...texts.keys()];
    try {
      onDisk('cannot write', () => {
        disk.makeFolder(dir);
        for (const [fileName, text] of texts) disk.write(join(dir, fileName) + temporary, text);
      });
      onDisk('cannot write', () => {
        for (const fileName of names) {
          disk.rename(join(dir, fileName) + temporary, join(dir, fileName));
          table.accept(nameOf(fileName), texts.get(fileName) ?? '');
        }
        disk.syncFolder(dir);
      });
    } finally {
      for (const fileName of names) removeQuietly(disk, join(dir, fileName) + temporary);
    }
  };

  const judge = ({ resources, violations, texts }: ParsedFile): Violation[] => {
    const problems = [...violations, ...repeated(resources), ...notAlone(resources, texts)];
    const first = resources[0];
    const created = resources.filter((resource) => find(fileOf(resource)) === undefined).length;
    if (first === undefined || table.resources().length + created <= resourcesMax) return problems;
    const message = `more than ${resourcesMax} resources would be kept; put them into the configuration folder instead`;
    return [...problems, { ...first.position, path: '', message }];
  };

  const changeOf = (resource: AnyResource): AppliedChange => {
    const { kind, namespace, name } = resource;
    const before = find(fileOf(resource));
    if (before === undefined) return { kind, namespace, name, change: 'created' };
    return { kind, namespace, name, change: sameResource(before, resource) ? 'unchanged' : 'configured' };
  };

  const put = (text: string, file = 'request'): PutResult => {
    const parsed = parseDocuments(file, text);
    const violations = judge(parsed);
    if (violations.length > 0) return { accepted: false, violations };
    const applied = parsed.resources.map(changeOf);
    const pending = new Map<string, string>();
    parsed.resources.forEach((resource, index) => {
      if (applied[index]?.change !== 'unchanged') pending.set(fileOf(resource), parsed.texts[index] ?? '');
    });
    if (pending.size === 0) return { accepted: true, applied };
    const before = table.resources();
    try {
      store(pending);
    } finally {
      if (table.resources() !== before) changed();
    }
    return { accepted: true, applied };
  };

  return {
    put,
    resources: table.resources,
    files: table.files,
    delete(kind, namespace, name) {
      const fileName = storedFileName(kind, namespace, name);
      if (!table.has(nameOf(fileName))) return false;
      onDisk('cannot delete', () => disk.remove(join(dir, fileName)));
      table.drop(nameOf(fileName));
      changed();
      onDisk('cannot delete for good', () => disk.syncFolder(dir));
      return true;
    },
    async start() {
      loadKept({ dir, disk, table, nameOf });
    },
    async stop() {
      stopped = true;
    },
  };
}

function removeQuietly(disk: Disk, path: string): void {
  try {
    disk.remove(path);
  } catch {
    // The disk that refused the write may refuse this too; a name that does not end in .yaml is never read.
  }
}

function notAlone(resources: readonly AnyResource[], texts: readonly string[]): Violation[] {
  const message = 'this document cannot be read without the rest of its file; write it without YAML directives';
  return resources
    .filter((resource, index) => !standsAlone(texts[index] ?? '', resource))
    .map((resource) => ({ ...resource.position, path: '', message }));
}

function repeated(resources: readonly AnyResource[]): Violation[] {
  const seen = new Map<string, AnyResource>();
  return resources.flatMap((resource) => {
    const key = `${resource.kind} ${resourceKey(resource)}`;
    const first = seen.get(key);
    seen.set(key, first ?? resource);
    if (first === undefined) return [];
    return [{ ...resource.at('metadata.name'), path: 'metadata.name', message: `${key} is given twice` }];
  });
}
