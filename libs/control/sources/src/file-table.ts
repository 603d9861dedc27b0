/** The one mutable state of a source: per file its last good version and what is wrong with the newest. */

import { createHash } from 'node:crypto';
import type { Clock } from '@weft/kernel';
import {
  type AnyResource,
  describeViolation,
  type ParsedFile,
  parseDocuments,
  type ResourceIdentity,
  type Violation,
} from '@weft/model';
import type { FileState, SourceLogger } from './source.ts';

interface Entry {
  readonly state: FileState;
  readonly resources: readonly AnyResource[];
  /** Of the text last looked at; empty after a failure to read. */
  readonly hash: string;
}

export interface FileTable {
  /** Takes a file's text; a document with a violation leaves its own last good version in force and the others alone. True where anything changed. */
  accept(file: string, text: string): boolean;
  /** The file could not be read: its last good version stays in force. */
  fail(file: string, message: string): boolean;
  /** The file is gone, and its resources with it. */
  drop(file: string): boolean;
  has(file: string): boolean;
  resources(): readonly AnyResource[];
  files(): readonly FileState[];
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function createFileTable(clock: Clock, logger: SourceLogger): FileTable {
  const entries = new Map<string, Entry>();
  let cached: { resources: readonly AnyResource[]; files: readonly FileState[] } | undefined;

  const put = (file: string, entry: Entry): true => {
    entries.set(file, entry);
    cached = undefined;
    return true;
  };

  const reject = (
    file: string,
    hash: string,
    violations: readonly Violation[],
    resources: readonly AnyResource[],
    lastGoodAt: string,
    state: 'partial' | 'rejected',
  ): true => {
    logger.warn(
      { file, violations: violations.map(describeViolation), inForce: resources.length, lastGoodAt },
      state === 'partial'
        ? 'file taken but for its bad documents; of those the last good version stays in force'
        : 'file rejected; its last good version, if there was one, stays in force',
    );
    const entry: FileState = { file, state, resources: resources.length, violations, lastGoodAt };
    return put(file, { state: Object.freeze(entry), resources, hash });
  };

  const snapshot = (): NonNullable<typeof cached> => {
    if (cached !== undefined) return cached;
    const sorted = [...entries].sort(([a], [b]) => compareText(a, b)).map(([, entry]) => entry);
    cached = {
      resources: Object.freeze(sorted.flatMap((entry) => entry.resources)),
      files: Object.freeze(sorted.map((entry) => entry.state)),
    };
    return cached;
  };

  return {
    accept(file, text) {
      const hash = createHash('sha256').update(text).digest('hex');
      if (entries.get(file)?.hash === hash) return false;
      const parsed = parseDocuments(file, text);
      const { resources, violations, warnings } = parsed;
      const lastGoodAt = new Date(clock.now()).toISOString();
      if (violations.length > 0) {
        const last = entries.get(file);
        const kept = keptOf(last?.resources ?? [], parsed);
        if (resources.length === 0) {
          return reject(file, hash, violations, kept, last?.state.lastGoodAt ?? '', 'rejected');
        }
        return reject(file, hash, violations, [...resources, ...kept], lastGoodAt, 'partial');
      }
      logger.info({ file, resources: resources.length }, 'file read');
      for (const warning of warnings) logger.warn({ file }, describeViolation(warning));
      const state: FileState = { file, state: 'ok', resources: resources.length, violations: [], lastGoodAt };
      return put(file, { state: Object.freeze(state), resources, hash });
    },
    fail(file, message) {
      const last = entries.get(file);
      if (last?.hash === '' && last.state.violations[0]?.message === message) return false;
      const violation = { file, line: 1, column: 1, path: '', message };
      return reject(file, '', [violation], last?.resources ?? [], last?.state.lastGoodAt ?? '', 'rejected');
    },
    drop(file) {
      if (!entries.delete(file)) return false;
      logger.info({ file }, 'file gone');
      cached = undefined;
      return true;
    },
    has: (file) => entries.has(file),
    resources: () => snapshot().resources,
    files: () => snapshot().files,
  };
}

/** Of what was in force: the resources that a bad document stands for, and all that are missing where one could not even be read. */
function keptOf(last: readonly AnyResource[], { resources, broken, unreadable }: ParsedFile): readonly AnyResource[] {
  const keyOf = ({ kind, namespace, name }: ResourceIdentity): string => `${kind} ${namespace}/${name}`;
  const here = new Set(resources.map(keyOf));
  const bad = new Set(broken.map(keyOf));
  return last.filter((resource) => !here.has(keyOf(resource)) && (unreadable || bad.has(keyOf(resource))));
}
