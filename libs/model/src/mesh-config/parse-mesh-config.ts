/** Text of a MeshConfig → the configuration of the mesh, and every violation with its place. */

import { limits } from '../limits.ts';
import type { Violation } from '../resource.ts';
import { toProblems } from '../schema/violations.ts';
import { type PlainDocument, readDocuments } from '../yaml/documents.ts';
import { parentPath } from '../yaml/path.ts';
import { applyMeshDefaults } from './apply-defaults.ts';
import { defaultMeshConfig } from './defaults.ts';
import { frozen } from './frozen.ts';
import { meshConfigSchema } from './schema.ts';
import type { MeshConfig } from './spec.ts';
import { validateMeshConfig } from './validate.ts';

export interface ParsedMeshConfig {
  /** Frozen; `defaultMeshConfig` where there are violations; whether an earlier one stays is the caller's decision. */
  readonly config: MeshConfig;
  /** In the order of the file, at most `limits.violationsMax`. */
  readonly violations: Violation[];
  /** What is taken and has no effect, or probably not the one meant. */
  readonly warnings: Violation[];
}

/**
 * Reads YAML or JSON, as the key `mesh` of Istio's ConfigMap `istio` holds it; an empty text is a mesh of defaults. Never throws.
 * @param file as positions shall name it.
 */
export function parseMeshConfig(file: string, text: string): ParsedMeshConfig {
  const read = readDocuments(text);
  const violations: Violation[] = [];
  const warnings: Violation[] = [];
  const tell = (list: Violation[], offset: number, path: string, message: string): void => {
    list.push({ file, ...read.locate(offset), path, message });
  };
  const finish = (config: MeshConfig): ParsedMeshConfig => ({
    config: violations.length > 0 ? defaultMeshConfig : config,
    violations: inOrder(violations),
    warnings: inOrder(warnings),
  });
  const [document, second] = read.documents;
  for (const { offset, path, message } of [...read.problems, ...(document?.problems ?? [])])
    tell(violations, offset, path, message);
  if (second !== undefined) tell(violations, second.start, '', 'a mesh configuration is one document');
  if (document === undefined || violations.length > 0) return finish(defaultMeshConfig);
  const parsed = meshConfigSchema.safeParse(document.value, { reportInput: true });
  if (!parsed.success) {
    for (const { path, message, at } of toProblems('', parsed.error.issues))
      tell(violations, offsetAt(document, path, at), path, message);
    return finish(defaultMeshConfig);
  }
  const config = frozen(applyMeshDefaults(parsed.data));
  const teller =
    (list: Violation[]) =>
    (path: string, message: string, at: 'key' | 'value' = 'value'): void => {
      tell(list, offsetAt(document, path, at), path, message);
    };
  validateMeshConfig(parsed.data, config, { report: teller(violations), warn: teller(warnings) });
  return finish(config);
}

function offsetAt(document: PlainDocument, path: string, at: 'key' | 'value'): number {
  for (let nearest = path; nearest !== ''; nearest = parentPath(nearest)) {
    const place = document.places.get(nearest);
    if (place !== undefined) return nearest === path ? place[at] : place.key;
  }
  return document.start;
}

function inOrder(found: Violation[]): Violation[] {
  return found.sort((a, b) => a.line - b.line || a.column - b.column).slice(0, limits.violationsMax);
}
