/** Files as a whole mesh: for the commands that work without a running one. */

import { readFile } from 'node:fs/promises';
import { type AnalysisFinding, offlineMesh, type PlannedMesh } from '@weft/control-compiler';
import { systemClock } from '@weft/kernel';
import {
  type AnyResource,
  createModel,
  defaultMeshConfig,
  type MeshConfig,
  type Model,
  parseDocuments,
  parseMeshConfig,
} from '@weft/model';
import { readSources, type Source } from '../commands/validate.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import type { Finding } from './finding.ts';

const domain = 'cluster.local';

export interface OfflineFiles {
  readonly sources: readonly Source[];
  /** Of the documents that are valid. */
  readonly model: Model;
  /** Violations and warnings of the documents, as analysers have theirs. */
  readonly findings: readonly CodedFinding[];
}

/** A finding with its code: WEFT0001 for documents that are refused, WEFT0002 for those that are taken with a warning. */
export interface CodedFinding extends Omit<Finding, 'severity'> {
  readonly severity: AnalysisFinding['severity'];
  readonly code: string;
}

/** @throws CliFailure where a path cannot be read. */
export async function readOffline(paths: readonly string[]): Promise<OfflineFiles> {
  const sources = await readSources(paths);
  const resources: AnyResource[] = [];
  const findings: CodedFinding[] = [];
  for (const { name, text } of sources) {
    const parsed = parseDocuments(name, text);
    resources.push(...parsed.resources);
    findings.push(
      ...parsed.violations.map((one): CodedFinding => ({ ...one, severity: 'error', code: 'WEFT0001' })),
      ...parsed.warnings.map((one): CodedFinding => ({ ...one, severity: 'warning', code: 'WEFT0002' })),
    );
  }
  const model = createModel(resources);
  findings.push(...model.duplicates.map((one): CodedFinding => ({ ...one, severity: 'error', code: 'WEFT0001' })));
  return { sources, model, findings };
}

/** @throws CliFailure (invalid) with every violation. */
export function refuseInvalid({ findings }: OfflineFiles): void {
  const violations = findings.filter(({ code }) => code === 'WEFT0001');
  if (violations.length === 0) return;
  throw new CliFailure(
    exitCodes.invalid,
    `${violations.length === 1 ? '1 violation' : `${violations.length} violations`}; nothing was planned`,
    violations.map(
      ({ file, line, column, path, message }) =>
        `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}`,
    ),
  );
}

export function asMesh(model: Model, mesh: MeshConfig): PlannedMesh {
  return offlineMesh(model, { mesh, domain, clock: systemClock });
}

/** Istio's MeshConfig from a file, or its defaults. @throws CliFailure (invalid) */
export async function readMeshConfig(file: string | undefined): Promise<MeshConfig> {
  if (file === undefined) return defaultMeshConfig;
  const { config, violations } = parseMeshConfig(file, await readFile(file, 'utf8'));
  if (violations.length === 0) return config;
  throw new CliFailure(
    exitCodes.invalid,
    `${file} is not a MeshConfig`,
    violations.map(({ line, column, path, message }) => `${file}:${line}:${column} ${path}: ${message}`),
  );
}
