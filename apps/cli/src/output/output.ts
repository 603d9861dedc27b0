/** Where a command's answer goes: text for people, JSON or YAML for programs. */

import type { CliConfig } from '../config.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { createPaint, type Paint } from './style.ts';

export const formats = ['table', 'json', 'yaml'] as const;
export type Format = (typeof formats)[number];

export interface Output {
  readonly paint: Paint;
  /** To standard output. */
  line(text: string): void;
  /** To standard error: what is not part of the answer. */
  note(text: string): void;
  /** The data as `format` says; `people` makes the text for `table`. */
  answer(format: Format, data: unknown, people: () => string): Promise<void>;
}

export function createOutput(config: CliConfig): Output {
  const line = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  return {
    paint: createPaint(config.colour),
    line,
    note(text) {
      process.stderr.write(`${text}\n`);
    },
    async answer(format, data, people) {
      if (format === 'json') line(JSON.stringify(data, null, 2));
      else if (format === 'yaml') line((await import('yaml')).stringify(data).trimEnd());
      else line(people());
    },
  };
}

/** @throws CliFailure (usage) */
export function toFormat(value: string | undefined): Format {
  const found = formats.find((format) => format === (value ?? 'table'));
  if (found !== undefined) return found;
  throw new CliFailure(exitCodes.usage, `"${value}" is not an output format; use table, json or yaml`);
}
