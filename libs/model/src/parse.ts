/** Text of a configuration file → resources, and every violation with its place. */

import { z } from 'zod';
import type { Report } from './kinds/definition.ts';
import { identifyKind } from './kinds/identify.ts';
import { kindDefinitions } from './kinds/registry.ts';
import { limits } from './limits.ts';
import type { AnyResource, Kind, Position, Resource, Violation } from './resource.ts';
import { metadataSchema } from './schema/metadata.ts';
import { apiObject } from './schema/object.ts';
import { type SchemaProblem, toProblems } from './schema/violations.ts';
import { type DocumentsOfFile, type PlainDocument, readDocuments } from './yaml/documents.ts';
import { isWithin, parentPath } from './yaml/path.ts';

export interface ParsedFile {
  /** In the order of the file; a document with a violation gives none. */
  readonly resources: AnyResource[];
  /** In the order of the file. */
  readonly violations: Violation[];
  /** For each of `resources`, at the same index: the text of its document alone. */
  readonly texts: string[];
}

/**
 * Parses and validates every document of a file. Never throws; all violations at once, at most `limits.violationsMax` and one that says so.
 * A broken document does not take the others down: whether a file with violations is used at all is the source's decision.
 * @param file as positions shall name it.
 */
export function parseDocuments(file: string, text: string): ParsedFile {
  const read = readDocuments(text);
  const resources: AnyResource[] = [];
  const violations: Violation[] = [];
  const texts: string[] = [];
  const tell = (offset: number, path: string, message: string): void => {
    violations.push({ file, ...read.locate(offset), path, message });
  };
  for (const document of read.documents) {
    const before = violations.length;
    for (const { offset, path, message } of document.problems) tell(offset, path, message);
    if (violations.length > before) continue;
    const resource = parseDocument(file, document, read, tell);
    if (violations.length > before || resource === undefined) continue;
    resources.push(resource);
    texts.push(textOf(document, text));
  }
  for (const { offset, path, message } of read.problems) tell(offset, path, message);
  violations.sort((a, b) => a.line - b.line || a.column - b.column);
  const more = violations.length - limits.violationsMax;
  const last = violations[limits.violationsMax];
  if (more > 0 && last !== undefined) {
    violations.length = limits.violationsMax;
    violations.push({ ...last, path: '', message: `${more} more violations from here on` });
  }
  return { resources, violations, texts };
}

/** From the start of the line of the first key where only spaces are before it, so that the indentation holds. */
function textOf(document: PlainDocument, text: string): string {
  const lineStart = text.lastIndexOf('\n', document.start - 1) + 1;
  const start = text.slice(lineStart, document.start).trim() === '' ? lineStart : document.start;
  return `${text.slice(start, document.end).trimEnd()}\n`;
}

type Tell = (offset: number, path: string, message: string) => void;

const envelopeSchema = apiObject('the document', {
  apiVersion: z.string(),
  kind: z.string(),
  metadata: metadataSchema,
  spec: z.unknown().exactOptional(),
  status: z.unknown().exactOptional(),
});

function parseDocument(
  file: string,
  document: PlainDocument,
  read: DocumentsOfFile,
  tell: Tell,
): AnyResource | undefined {
  const reportAll = (problems: readonly SchemaProblem[]): void => {
    for (const { path, message, at } of problems) tell(offsetAt(document, path, at), path, message);
  };
  const envelope = envelopeSchema.safeParse(document.value, { reportInput: true });
  if (!envelope.success) reportAll(toProblems('', envelope.error.issues));
  const { apiVersion, kind: kindName, spec } = (document.value ?? {}) as Record<string, unknown>;
  if (typeof apiVersion !== 'string' || typeof kindName !== 'string') return undefined;
  const kind = identifyKind(apiVersion, kindName);
  if (typeof kind !== 'string') {
    tell(offsetAt(document, kind.path, 'value'), kind.path, kind.message);
    return undefined;
  }
  const parsed = parseSpec(kind, spec, reportAll, (path, message, at = 'value') => {
    tell(offsetAt(document, path, at), path, message);
  });
  if (!envelope.success || parsed === undefined) return undefined;
  const { metadata } = envelope.data;
  const positionOf = (offset: number): Position => ({ file, ...read.locate(offset) });
  const resource: Resource = {
    apiVersion,
    kind,
    namespace: metadata.namespace ?? 'default',
    name: metadata.name,
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    creationTimestamp: metadata.creationTimestamp ?? '',
    spec: parsed,
    position: positionOf(document.start),
    at: (path) => positionOf(offsetAt(document, path, 'value')),
  };
  return deepFreeze(resource) as AnyResource;
}

/** Reports what is wrong and returns the spec, which is only to be used when nothing was. */
function parseSpec<K extends Kind>(
  kind: K,
  spec: unknown,
  reportAll: (problems: readonly SchemaProblem[]) => void,
  report: Report,
): Resource<K>['spec'] | undefined {
  const definition = kindDefinitions[kind];
  const first = definition.schema.safeParse(spec ?? undefined, { reportInput: true });
  if (first.success) {
    definition.validate(first.data, report);
    return first.data;
  }
  const problems = toProblems('spec', first.error.issues);
  reportAll(problems);
  const second = definition.schema.safeParse(withoutFaults(spec, problems));
  if (!second.success) return undefined;
  definition.validate(second.data, (path, message, at) => {
    if (!problems.some((problem) => isWithin(problem.path, path))) report(path, message, at);
  });
  return undefined;
}

/** A copy without the fields that were refused, so that the rules between the others can be judged in the same run. */
function withoutFaults(spec: unknown, problems: readonly SchemaProblem[]): unknown {
  const copy: unknown = structuredClone(spec);
  for (const { steps } of problems) {
    const lastKey = steps.findLastIndex((step) => typeof step === 'string');
    let holder: unknown = copy;
    for (const step of steps.slice(0, lastKey))
      holder = (holder as Record<string | number, unknown> | undefined)?.[step];
    const key = steps[lastKey];
    if (typeof holder === 'object' && holder !== null && key !== undefined) Reflect.deleteProperty(holder, key);
  }
  return copy;
}

function offsetAt(document: PlainDocument, path: string, at: 'key' | 'value'): number {
  for (let nearest = path; nearest !== ''; nearest = parentPath(nearest)) {
    const place = document.places.get(nearest);
    if (place !== undefined) return nearest === path ? place[at] : place.key;
  }
  return document.start;
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const child of Object.values(value)) deepFreeze(child);
  return value;
}
