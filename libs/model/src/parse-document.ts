/** One document of a file → its resource, and every violation with its place. */

import { z } from 'zod';
import type { Report, ValidationContext } from './kinds/definition.ts';
import { identifyKind } from './kinds/identify.ts';
import { kindDefinitions } from './kinds/registry.ts';
import type { AnyResource, Kind, Position, Resource } from './resource.ts';
import { metadataSchema } from './schema/metadata.ts';
import { apiObject } from './schema/object.ts';
import { type SchemaProblem, toProblems } from './schema/violations.ts';
import type { DocumentsOfFile, PlainDocument } from './yaml/documents.ts';
import { isWithin, joinPath, parentPath } from './yaml/path.ts';

export interface ResourceIdentity {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

export function kindOf(value: unknown): ReturnType<typeof identifyKind> | undefined {
  const { apiVersion, kind } = (value ?? {}) as Record<string, unknown>;
  return typeof apiVersion === 'string' && typeof kind === 'string' ? identifyKind(apiVersion, kind) : undefined;
}

/** Nothing where the document does not say what it is: then there was no resource of that identity before either. */
export function identityOf(value: unknown): ResourceIdentity | undefined {
  const kind = kindOf(value);
  const { metadata } = (value ?? {}) as Record<string, unknown>;
  if (typeof kind !== 'string' || typeof metadata !== 'object' || metadata === null) return undefined;
  const { name, namespace } = metadata as Record<string, unknown>;
  if (typeof name !== 'string') return undefined;
  const inside = typeof namespace === 'string' ? namespace : 'default';
  return { kind, name, namespace: kindDefinitions[kind].clusterScoped === true ? '' : inside };
}

export type Tell = (offset: number, path: string, message: string) => void;

const envelopeSchema = apiObject('the document', {
  apiVersion: z.string(),
  kind: z.string(),
  metadata: metadataSchema,
  spec: z.unknown().exactOptional(),
  status: z.unknown().exactOptional(),
});
const envelopeKeys = new Set(['apiVersion', 'kind', 'metadata', 'status']);

/** One document → its resource; nothing where it has violations, or is not read by the mesh. */
export function parseDocument(
  file: string,
  document: PlainDocument,
  read: Pick<DocumentsOfFile, 'locate'>,
  tell: Tell,
  warn: Tell,
): AnyResource | undefined {
  const reportAll = (problems: readonly SchemaProblem[]): void => {
    for (const { path, message, at } of problems) to(tell)(path, message, at);
  };
  const to =
    (teller: Tell): Report =>
    (path, message, at = 'value') => {
      teller(offsetAt(document, path, at), joinPath(document.base, path), message);
    };
  const kind = kindOf(document.value);
  if (typeof kind === 'object' && kind.notRead === true) {
    to(warn)(kind.path, kind.message);
    return undefined;
  }
  const definition = typeof kind === 'string' ? kindDefinitions[kind] : undefined;
  const root = definition?.root ?? 'spec';
  const { envelope: enveloped, body } = splitDocument(document.value, root, definition?.reads ?? []);
  const envelope = envelopeSchema.safeParse(enveloped, { reportInput: true });
  if (!envelope.success) reportAll(toProblems('', envelope.error.issues, definition?.confidential));
  if (kind === undefined) return undefined;
  if (typeof kind !== 'string') {
    to(tell)(kind.path, kind.message);
    return undefined;
  }
  const metadata = envelope.success ? envelope.data.metadata : undefined;
  const described = {
    namespace: definition?.clusterScoped === true ? '' : (metadata?.namespace ?? 'default'),
    name: metadata?.name ?? '',
    labels: metadata?.labels ?? {},
    annotations: metadata?.annotations ?? {},
  };
  const parsed = parseBody(kind, root, reportAll, {
    report: to(tell),
    warn: to(warn),
    written: body,
    metadata: described,
  });
  if (metadata === undefined || parsed === undefined) return undefined;
  const positionOf = (offset: number): Position => ({ file, ...read.locate(offset) });
  const resource: Resource = {
    apiVersion: envelope.data?.apiVersion ?? '',
    kind,
    ...described,
    creationTimestamp: metadata.creationTimestamp ?? '',
    spec: parsed,
    position: positionOf(document.start),
    at: (path) => positionOf(offsetAt(document, path, 'value')),
  };
  return deepFreeze(resource) as AnyResource;
}

/** The envelope, and what the kind itself defines: the value of `spec`, or all that lies beside `metadata`. */
function splitDocument(
  value: unknown,
  root: 'spec' | '',
  reads: readonly string[],
): { readonly envelope: unknown; readonly body: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { envelope: value, body: undefined };
  if (root === 'spec') return { envelope: value, body: (value as Record<string, unknown>)['spec'] };
  const entries = Object.entries(value);
  return {
    envelope: Object.fromEntries(entries.filter(([key]) => envelopeKeys.has(key))),
    body: Object.fromEntries(entries.filter(([key]) => !envelopeKeys.has(key) || reads.includes(key))),
  };
}

/** Reports what is wrong and returns the spec, which is only to be used when nothing was. */
function parseBody<K extends Kind>(
  kind: K,
  root: 'spec' | '',
  reportAll: (problems: readonly SchemaProblem[]) => void,
  context: ValidationContext,
): Resource<K>['spec'] | undefined {
  const definition = kindDefinitions[kind];
  const body = context.written ?? undefined;
  const first = definition.schema.safeParse(body, { reportInput: true });
  if (first.success) {
    definition.validate(first.data, context);
    return first.data;
  }
  const problems = toProblems(root, first.error.issues, definition.confidential);
  reportAll(problems);
  const second = definition.schema.safeParse(withoutFaults(body, problems));
  if (!second.success) return undefined;
  const unlessTold =
    (to: Report): Report =>
    (path, message, at) => {
      if (!problems.some((problem) => isWithin(problem.path, path))) to(path, message, at);
    };
  definition.validate(second.data, {
    ...context,
    report: unlessTold(context.report),
    warn: unlessTold(context.warn),
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
  for (let nearest = joinPath(document.base, path); nearest !== ''; nearest = parentPath(nearest)) {
    const place = document.places.get(nearest);
    if (place !== undefined) return nearest === joinPath(document.base, path) ? place[at] : place.key;
  }
  return document.start;
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const child of Object.values(value)) deepFreeze(child);
  return value;
}
