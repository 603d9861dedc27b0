/** Resources accepted by the operator API: one file each, so that a person can read and back them up. */

import { resolve } from 'node:path';
import type { Clock } from '@weft/kernel';
import { type AnyResource, type Kind, type ParsedFile, parseDocuments, resourceKey, type Violation } from '@weft/model';
import { displayName } from '../display-name.ts';
import { createFileTable } from '../file-table.ts';
import { sourceLimits } from '../limits.ts';
import type { ResourceSource, SourceOptions } from '../source.ts';
import { type Disk, systemDisk } from './disk.ts';
import { createJournal, type JournalAction, type JournalChange, type JournalEntry, undoTo } from './journal.ts';
import { createKeptFolder } from './kept-folder.ts';
import { sameResource, standsAlone, storedFileName } from './stored-text.ts';

export interface AppliedSourceOptions extends SourceOptions {
  readonly clock: Clock;
  readonly disk?: Disk;
  /** Changes that the history keeps; `sourceLimits.historyMax` where absent. */
  readonly historyMax?: number;
  /** `sourceLimits.appliedMax` where absent. */
  readonly resourcesMax?: number;
}

export interface AppliedChange {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  /** 'deleted': of a rollback. */
  readonly change: 'created' | 'configured' | 'unchanged' | 'deleted';
}

/** Somebody else was faster: nothing was changed. */
export interface Conflict {
  readonly accepted: false;
  readonly violations: readonly Violation[];
  readonly conflict: { readonly version: number };
}

export type PutResult =
  /** `version`: of the history, after the change. */
  | { readonly accepted: true; readonly applied: readonly AppliedChange[]; readonly version: number }
  | { readonly accepted: false; readonly violations: readonly Violation[]; readonly conflict?: undefined }
  | Conflict;

export interface AppliedSource extends ResourceSource {
  /**
   * Takes every document of `text` or none.
   * @param file how violations name the text; "request" where absent.
   * @param ifVersion only if the history is at this version.
   * @throws WeftError state_unwritable where the disk refuses; what was in force stays.
   */
  put(text: string, file?: string, ifVersion?: number): PutResult;
  /** False where there is no such resource. @throws WeftError state_unwritable where the disk refuses. */
  delete(kind: Kind, namespace: string, name: string): boolean;
  /** Of the last accepted change; 0 before the first. */
  version(): number;
  /** Accepted changes, newest first, at most `historyMax`. */
  history(): readonly JournalEntry[];
  /** Makes things as they were at a version, as a change of its own. Nothing where the history does not reach back that far. @throws WeftError state_unwritable. */
  rollback(version: number, ifVersion?: number): PutResult | undefined;
}

/** Keeps what was put in `dir` (0700) and reads it again at the next start; a file that got damaged is rejected, the others stand. */
export function createAppliedSource(options: AppliedSourceOptions): AppliedSource {
  const { clock, logger, onChange, disk = systemDisk, resourcesMax = sourceLimits.appliedMax } = options;
  const dir = resolve(options.dir);
  const table = createFileTable(clock, logger);
  const journal = createJournal(`${dir}-history`, disk, options.historyMax ?? sourceLimits.historyMax);
  const nameOf = (fileName: string): string => displayName(options.dir, fileName, options.workingDir ?? process.cwd());
  const fileOf = ({ kind, namespace, name }: AnyResource): string => storedFileName(kind, namespace, name);
  const folder = createKeptFolder({ dir, disk, table, nameOf, journal, clock });
  let stopped = false;

  const find = (fileName: string): AnyResource | undefined =>
    table.resources().find((resource) => resource.position.file === nameOf(fileName));

  const commit = (action: JournalAction, changes: readonly JournalChange[], to?: number): void => {
    const before = table.resources();
    try {
      folder.commit(action, changes, to);
    } finally {
      if (table.resources() !== before && !stopped) onChange();
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

  const put = (text: string, file = 'request', ifVersion?: number): PutResult => {
    const conflict = conflictOf(ifVersion);
    if (conflict !== undefined) return conflict;
    const parsed = parseDocuments(file, text);
    const violations = judge(parsed);
    if (violations.length > 0) return { accepted: false, violations };
    const applied = parsed.resources.map(changeOf);
    const changes: JournalChange[] = [];
    parsed.resources.forEach((resource, index) => {
      if (applied[index]?.change === 'unchanged') return;
      const { kind, namespace, name } = resource;
      const path = fileOf(resource);
      const before = folder.textOf(path);
      changes.push({ kind, namespace, name, file: path, before, after: parsed.texts[index] ?? '' });
    });
    if (changes.length > 0) commit('apply', changes);
    return { accepted: true, applied, version: journal.version() };
  };

  const conflictOf = (ifVersion: number | undefined): Conflict | undefined => {
    const version = journal.version();
    return ifVersion === undefined || ifVersion === version
      ? undefined
      : { accepted: false, violations: [], conflict: { version } };
  };

  return {
    put,
    resources: table.resources,
    files: table.files,
    version: journal.version,
    history: journal.entries,
    delete(kind, namespace, name) {
      const file = storedFileName(kind, namespace, name);
      if (!table.has(nameOf(file))) return false;
      const before = folder.textOf(file);
      commit('delete', [{ kind, namespace, name, file, before }]);
      return true;
    },
    rollback(version, ifVersion): PutResult | undefined {
      const conflict = conflictOf(ifVersion);
      if (conflict !== undefined) return conflict;
      const changes = undoTo(journal.entries(), version);
      if (changes === undefined) return undefined;
      if (changes.length > 0) commit('rollback', changes, version);
      const applied = changes.map(({ kind, namespace, name, before, after }): AppliedChange => {
        const change = after === undefined ? 'deleted' : before === undefined ? 'created' : 'configured';
        return { kind: kind as Kind, namespace, name, change };
      });
      return { accepted: true, applied, version: journal.version() };
    },
    async start() {
      const unfinished = journal.load();
      try {
        if (unfinished !== undefined) folder.redo(unfinished);
      } catch (error) {
        logger.warn(
          { version: unfinished?.version, err: error },
          'a change that was interrupted could not be finished',
        );
      }
      folder.load();
    },
    async stop() {
      stopped = true;
    },
  };
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
