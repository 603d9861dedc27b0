/** The one mutable state of a source: per file its last good version and what is wrong with the newest. */

import { createHash } from 'node:crypto';
import type { Clock } from '@weft/kernel';
import { type AnyResource, describeViolation, parseDocuments, type Violation } from '@weft/model';
import type { FileState, SourceLogger } from './source.ts';

interface Entry {
  readonly state: FileState;
  readonly resources: readonly AnyResource[];
  /** Of the text last looked at; empty after a failure to read. */
  readonly hash: string;
}

export interface FileTable {
  /** Takes a file's text; a text with a violation leaves the last good version in force. True where anything changed. */
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

  const reject = (file: string, hash: string, violations: readonly Violation[]): true => {
    const last = entries.get(file);
    const resources = last?.resources ?? [];
    const lastGoodAt = last?.state.lastGoodAt ?? '';
    logger.warn(
      { file, violations: violations.map(describeViolation), lastGoodAt },
      lastGoodAt === ''
        ? 'file rejected; nothing of it is in force'
        : 'file rejected; its last good version stays in force',
    );
    const state: FileState = { file, state: 'rejected', resources: resources.length, violations, lastGoodAt };
    return put(file, { state: Object.freeze(state), resources, hash });
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
      const { resources, violations } = parseDocuments(file, text);
      if (violations.length > 0) return reject(file, hash, violations);
      logger.info({ file, resources: resources.length }, 'file read');
      const lastGoodAt = new Date(clock.now()).toISOString();
      const state: FileState = { file, state: 'ok', resources: resources.length, violations: [], lastGoodAt };
      return put(file, { state: Object.freeze(state), resources, hash });
    },
    fail(file, message) {
      const last = entries.get(file);
      if (last?.hash === '' && last.state.violations[0]?.message === message) return false;
      return reject(file, '', [{ file, line: 1, column: 1, path: '', message }]);
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
