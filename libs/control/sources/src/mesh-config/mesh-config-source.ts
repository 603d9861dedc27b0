/** Istio's MeshConfig from a watched file: its last good version stays in force. */

import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Clock } from '@weft/kernel';
import { defaultMeshConfig, describeViolation, limits, type MeshConfig, parseMeshConfig } from '@weft/model';
import { describeDiskError, diskErrorCode } from '../disk-error.ts';
import { displayName } from '../display-name.ts';
import { createLooks } from '../folder/looks.ts';
import { createWatchers } from '../folder/watchers.ts';
import type { FileState, SourceLogger } from '../source.ts';

export interface MeshConfigSourceOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly logger: SourceLogger;
  /** Called after each change of `current()` or `state()` that follows `start`. */
  readonly onChange: () => void;
}

export interface MeshConfigSource {
  /** Resolves when the file was read once. What is wrong is a state, never a rejection. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Looks at the file now; resolves when what is there is in force. */
  refresh(): Promise<void>;
  /** The defaults where there is no good file yet; the same object until it changes. */
  current(): MeshConfig;
  state(): FileState;
}

export function createMeshConfigSource(options: MeshConfigSourceOptions): MeshConfigSource {
  const { clock, logger } = options;
  const path = resolve(options.file);
  const file = displayName(dirname(options.file), path.slice(dirname(path).length + 1), process.cwd());
  let current: MeshConfig = defaultMeshConfig;
  let state: FileState = { file, state: 'rejected', resources: 0, violations: [], lastGoodAt: '' };
  let lastText: string | undefined;
  let started = false;

  const reject = (violations: FileState['violations']): void => {
    const { lastGoodAt, resources } = state;
    state = { file, state: 'rejected', resources, violations, lastGoodAt };
    logger.warn(
      { file, violations: violations.map(describeViolation), lastGoodAt },
      lastGoodAt === ''
        ? 'mesh config rejected; the defaults hold'
        : 'mesh config rejected; its last good version stays',
    );
  };

  const take = (text: string): void => {
    const { config, violations, warnings } = parseMeshConfig(file, text);
    for (const warning of warnings) logger.warn({ file }, describeViolation(warning));
    if (violations.length > 0) {
      reject(violations);
      return;
    }
    current = config;
    state = { file, state: 'ok', resources: 1, violations: [], lastGoodAt: new Date(clock.now()).toISOString() };
    logger.info({ file }, 'mesh config read');
  };

  const read = async (): Promise<string | Error> => {
    try {
      const { size } = await stat(path);
      if (size > limits.fileLengthMax) return new Error(`the file is larger than ${limits.fileLengthMax} bytes`);
      return await readFile(path, 'utf8');
    } catch (error) {
      if (diskErrorCode(error) === '') throw error;
      return new Error(`cannot be read: ${describeDiskError(error)}`);
    }
  };

  const look = async (): Promise<void> => {
    const found = await read();
    const text = found instanceof Error ? `\0${found.message}` : found;
    if (text === lastText) return;
    lastText = text;
    if (found instanceof Error) reject([{ file, line: 1, column: 1, path: '', message: found.message }]);
    else take(found);
    if (started) options.onChange();
  };

  const looks = createLooks(clock, look);
  const watchers = createWatchers(looks.soon, logger);
  return {
    current: () => current,
    state: () => state,
    refresh: () => looks.now('all'),
    async start() {
      await looks.now('all');
      started = true;
      looks.start();
      watchers.sync(path, []);
      // What came between the look and the watcher.
      looks.soon();
    },
    async stop() {
      watchers.close();
      await looks.stop();
    },
  };
}
