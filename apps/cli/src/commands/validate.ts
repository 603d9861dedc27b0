/** `weft validate`: checks files with the parser of the control plane, with no process running. */

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { type Finding, judge } from '../validation/finding.ts';
import { printFindings } from '../validation/print-findings.ts';
import { documentRules, toSarif } from '../validation/sarif.ts';
import { version } from '../version.ts';

export interface Source {
  readonly name: string;
  readonly text: string;
}

const validationFormats = ['text', 'json', 'yaml', 'sarif'] as const;
export type ValidationFormat = (typeof validationFormats)[number];

/**
 * Warnings are printed and do not fail.
 * @param paths files, folders, or "-" for standard input.
 * @throws CliFailure (invalid) after the answer is printed
 */
export async function validate(context: Context, paths: readonly string[], format: ValidationFormat): Promise<void> {
  const sources = await readSources(paths);
  const { findings, resources } = judge(sources);
  const errors = findings.filter(({ severity }) => severity === 'error');
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  if (format === 'sarif')
    context.output.line(
      JSON.stringify(
        toSarif(
          findings.map((finding) => ({ ...finding, rule: `configuration-${finding.severity}` })),
          documentRules,
          version,
        ),
        null,
        2,
      ),
    );
  else {
    const data = {
      valid: errors.length === 0,
      files: sources.length,
      resources,
      violations: errors.map(plain),
      warnings: warnings.map(plain),
    };
    const people = (): string => describe(context, sources, findings, resources);
    await context.output.answer(format === 'text' ? 'table' : format, data, people);
  }
  if (errors.length > 0) {
    const told = warnings.length === 0 ? '' : `, ${count(warnings.length, 'warning')}`;
    throw new CliFailure(
      exitCodes.invalid,
      `${count(errors.length, 'violation')}${told} in ${count(sources.length, 'file')}; nothing was applied`,
    );
  }
}

function plain({ file, line, column, path, message }: Finding): object {
  return { file, line, column, path, message };
}

/** "f.yaml:7:5 spec.http[0]: message", the line and a caret; at the end, where all is well, how much there was. */
function describe(
  { output }: Context,
  sources: readonly Source[],
  findings: readonly Finding[],
  resources: number,
): string {
  const told = printFindings(output, sources, findings);
  if (findings.some(({ severity }) => severity === 'error')) return told.join('\n');
  const warned = findings.length === 0 ? '' : `, ${count(findings.length, 'warning')}`;
  const summary = `${count(resources, 'resource')} in ${count(sources.length, 'file')}${warned}`;
  return [...told, `${output.paint('good', 'valid')}: ${summary}`].join('\n');
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
