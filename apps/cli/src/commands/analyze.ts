/** `weft analyze`: what is probably not meant in a whole configuration, of files or of the running control plane. */

import { analyse, analysers } from '@weft/control-compiler';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { asMesh, readMeshConfig, readOffline } from '../validation/offline.ts';
import { type PrintableFinding, printFindings } from '../validation/print-findings.ts';
import { type SarifRule, toSarif } from '../validation/sarif.ts';
import { version } from '../version.ts';
import type { Source, ValidationFormat } from './validate.ts';

export interface AnalyzeFlags {
  /** Files and folders; empty: the configuration in force. */
  readonly paths: readonly string[];
  /** Istio's MeshConfig, for files. */
  readonly meshConfig: string | undefined;
  readonly format: ValidationFormat;
}

interface Analysed extends PrintableFinding {
  readonly code: string;
  readonly istio: readonly string[];
  readonly resource: string;
}

/**
 * Warnings and infos are printed and do not fail.
 * @throws CliFailure (invalid) after the answer is printed, where there are errors
 */
export async function analyze(context: Context, flags: AnalyzeFlags): Promise<void> {
  const { sources, findings, resources } =
    flags.paths.length === 0 ? await inForce(context) : await ofFiles(flags.paths, flags.meshConfig);
  const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
  const counts = { errors: count('error'), warnings: count('warning'), infos: count('info') };
  if (flags.format === 'sarif') {
    const results = findings.map((finding) => ({ ...finding, rule: finding.code }));
    context.output.line(JSON.stringify(toSarif(results, rules(), version), null, 2));
  } else {
    const data = { ...counts, findings: findings.map(({ label: _label, confidential: _confidential, ...one }) => one) };
    const people = (): string => {
      const told = printFindings(context.output, sources, findings);
      const summary = `${counts.errors} errors, ${counts.warnings} warnings, ${counts.infos} infos${resources === undefined ? '' : ` in ${resources} resources`}`;
      const tone = counts.errors > 0 ? 'bad' : counts.warnings > 0 ? 'warn' : 'good';
      return [...told, context.output.paint(tone, summary)].join('\n');
    };
    await context.output.answer(flags.format === 'text' ? 'table' : flags.format, data, people);
  }
  if (counts.errors > 0)
    throw new CliFailure(
      exitCodes.invalid,
      'the configuration has errors; docs/reference/analysis.md explains each code',
    );
}

interface Answer {
  readonly sources: readonly Source[];
  readonly findings: readonly Analysed[];
  readonly resources: number | undefined;
}

async function ofFiles(paths: readonly string[], meshConfig: string | undefined): Promise<Answer> {
  const files = await readOffline(paths);
  const found = analyse(asMesh(files.model, await readMeshConfig(meshConfig)).input);
  const findings: Analysed[] = [
    ...files.findings.map((finding) => ({ ...finding, istio: [], resource: '', label: finding.code })),
    ...found.map((finding) => ({ ...finding, label: labelOf(finding) })),
  ];
  findings.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
  return { sources: files.sources, findings, resources: files.model.resources.length };
}

async function inForce(context: Context): Promise<Answer> {
  const found = await context.operator().analysis();
  return {
    sources: [],
    findings: found.map((finding) => ({ ...finding, label: labelOf(finding) })),
    resources: undefined,
  };
}

function labelOf({ code, istio }: { readonly code: string; readonly istio: readonly string[] }): string {
  return istio.length === 0 ? code : `${code} (${istio.join(', ')})`;
}

function rules(): readonly SarifRule[] {
  return [
    { id: 'WEFT0001', level: 'error', text: 'The document is refused' },
    { id: 'WEFT0002', level: 'warning', text: 'The document is taken, and probably does not do what is meant' },
    ...analysers.map(({ code, severity, summary, effect, remedy }) => ({
      ...{ id: code, level: severity, text: summary },
      help: `${effect} ${remedy}`,
    })),
  ];
}
