/** Where resources come from: what every source offers. */

import type { AnyResource, Violation } from '@weft/model';
import type { Logger } from '@weft/telemetry';

export interface FileState {
  /** As positions and the operator name it: below the working directory relative to it, else as given. */
  readonly file: string;
  /** 'partial': all but its bad documents are in force, and of those the last good versions. 'rejected': nothing of it is good; its last good version stays. */
  readonly state: 'ok' | 'partial' | 'rejected';
  /** In force. */
  readonly resources: number;
  /** What is wrong with it. */
  readonly violations: readonly Violation[];
  /** RFC 3339: when the version in force was read; empty where there is none. */
  readonly lastGoodAt: string;
}

/** A place that resources come from. What it returns is immutable and replaced as a whole by the next change. */
export interface ResourceSource {
  /** Resolves when everything that is there was read once. What is wrong is a state, never a rejection. */
  start(): Promise<void>;
  /** No `onChange` comes after it resolved. */
  stop(): Promise<void>;
  /** In force now, in the order of file names and inside of each of its text. */
  resources(): readonly AnyResource[];
  /** In the order of file names. */
  files(): readonly FileState[];
}

export type SourceLogger = Pick<Logger, 'info' | 'warn'>;

export interface SourceOptions {
  readonly dir: string;
  readonly logger: SourceLogger;
  /** Called after each change of `resources()` or `files()` that follows `start`. */
  readonly onChange: () => void;
  /** What displayed file names are relative to; the process's working directory where absent. */
  readonly workingDir?: string;
}
