/** `weft validate`: checks files with the parser of the control plane, with no process running. */

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeViolation, parseDocuments, type Violation } from '@weft/model';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';

export interface Source {
  readonly name: string;
  readonly text: string;
}

/** @param paths files, folders, or "-" for standard input. */
export async function validate(context: Context, paths: readonly string[]): Promise<void> {
  const sources = await readSources(paths);
  let resources = 0;
  const violations: Violation[] = [];
  for (const source of sources) {
    const parsed = parseDocuments(source.name, source.text);
    resources += parsed.resources.length;
    violations.push(...parsed.violations);
  }
  const valid = violations.length === 0;
  await context.output.answer(
    context.format,
    {
      valid,
      files: sources.length,
      resources,
      violations: violations.map(({ file, line, column, path, message }) => ({ file, line, column, path, message })),
    },
    () =>
      valid
        ? `${context.output.paint('good', 'valid')}: ${count(resources, 'resource')} in ${count(sources.length, 'file')}`
        : violations.map(describeViolation).join('\n'),
  );
  if (!valid) {
    throw new CliFailure(
      exitCodes.invalid,
      `${count(violations.length, 'violation')} in ${count(sources.length, 'file')}; nothing was applied`,
    );
  }
}

/** The text of files, of the YAML files of folders, or of standard input. @throws CliFailure */
export async function readSources(paths: readonly string[]): Promise<readonly Source[]> {
  const sources: Source[] = [];
  for (const path of paths) {
    try {
      if (path === '-') sources.push({ name: 'stdin', text: await readStdin() });
      else if ((await stat(path)).isDirectory()) sources.push(...(await readFolder(path)));
      else sources.push({ name: path, text: await readFile(path, 'utf8') });
    } catch (cause) {
      throw unreadable(path, cause);
    }
  }
  if (sources.length > 0) return sources;
  throw new CliFailure(exitCodes.usage, `there is no .yaml or .yml file in ${paths.join(', ')}`);
}

async function readFolder(folder: string): Promise<readonly Source[]> {
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  return Promise.all(
    files.map(async (file) => ({ name: join(folder, file), text: await readFile(join(folder, file), 'utf8') })),
  );
}

const stdinBytesMax = 16 * 1024 * 1024;

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > stdinBytesMax) throw new CliFailure(exitCodes.invalid, `standard input is over ${stdinBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unreadable(path: string, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return new CliFailure(exitCodes.usage, `there is no file or folder ${path}`, [], cause);
  if (code === 'EACCES') return new CliFailure(exitCodes.failed, `no permission to read ${path}`, [], cause);
  return cause;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
