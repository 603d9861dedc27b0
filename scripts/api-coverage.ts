/** Every kind and field of the APIs that the model reads, and which of them are refused or warned of: for docs/reference/api-coverage.md. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { kindDefinitions, kindsNotDone } from '../libs/model/src/kinds/registry.ts';
import { meshConfigSchema } from '../libs/model/src/mesh-config/schema.ts';

export interface CoveredObject {
  /** "spec.http[].route[]"; "" for the body itself. */
  readonly path: string;
  readonly done: readonly string[];
  /** Taken; in some form with a warning. */
  readonly warned: readonly string[];
  readonly refused: readonly string[];
}

export interface CoveredKind {
  readonly kind: string;
  readonly group: string;
  readonly versions: readonly string[];
  /** Other fields are let pass and not read. */
  readonly lenient: boolean;
  readonly objects: readonly CoveredObject[];
}

/** By group, in the order in which the page has them. */
export function apiCoverage(): readonly CoveredKind[] {
  const kinds = Object.values(kindDefinitions).map(({ kind, apiVersions, root, schema }): CoveredKind => {
    const versions = [...apiVersions];
    const group = groupOf(versions[0] ?? '');
    const objects = covered(schema, root === '' ? '' : 'spec', warnedFields(folderOf(kind)));
    return { kind: kind.split('.', 1)[0] ?? kind, group, versions, lenient: isLenient(schema), objects };
  });
  const mesh: CoveredKind = {
    ...{
      kind: 'MeshConfig',
      group: 'mesh.istio.io',
      versions: ['the key `mesh` of the ConfigMap `istio`'],
      lenient: false,
    },
    objects: covered(meshConfigSchema, '', warnedFields('libs/model/src/mesh-config')),
  };
  return [...kinds, mesh].sort((a, b) => order(a.group) - order(b.group) || (a.kind < b.kind ? -1 : 1));
}

export const refusedKinds = kindsNotDone;

const groups = [
  'networking.istio.io',
  'security.istio.io',
  'telemetry.istio.io',
  'mesh.istio.io',
  'gateway.networking.k8s.io',
  '',
  'discovery.k8s.io',
  'networking.k8s.io',
];

function order(group: string): number {
  const position = groups.indexOf(group);
  return position < 0 ? groups.length : position;
}

function groupOf(version: string): string {
  return version.includes('/') ? (version.split('/')[0] ?? '') : '';
}

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
  readonly catchall?: z.ZodType;
  readonly getter?: () => z.ZodType;
}

function definitionOf(schema: z.ZodType): Definition {
  return schema._zod.def as unknown as Definition;
}

function covered(schema: z.ZodType, root: string, warned: ReadonlySet<string>): readonly CoveredObject[] {
  const found = new Map<string, { done: Set<string>; refused: Set<string> }>();
  walk(schema, root, [], (path, fields, refused) => {
    const known = found.get(path) ?? { done: new Set(), refused: new Set() };
    found.set(path, known);
    for (const field of fields) known.done.add(field);
    for (const field of refused) known.refused.add(field);
  });
  return [...found].map(([path, { done, refused }]) => ({
    path,
    done: [...done].filter((field) => !warned.has(field) && !refused.has(field)).sort(),
    warned: [...done].filter((field) => warned.has(field) && !refused.has(field)).sort(),
    refused: [...refused].sort(),
  }));
}

type Tell = (path: string, fields: readonly string[], refused: readonly string[]) => void;

/** @param above definitions on the way here: a field may hold its own kind of object again. */
function walk(schema: z.ZodType, path: string, above: readonly Definition[], tell: Tell): void {
  const definition = definitionOf(schema);
  if (above.includes(definition)) return;
  const on = (inner: z.ZodType | undefined, at = path): void => {
    if (inner !== undefined) walk(inner, at, [...above, definition], tell);
  };
  const { shape } = definition;
  const refused = refusedOf(schema);
  if (shape === undefined) {
    if (refused.length > 0)
      tell(
        path,
        [],
        refused.map((word) => `"${word}"`),
      );
  } else {
    tell(path, Object.keys(shape), refused);
    for (const [name, field] of Object.entries(shape)) on(field, path === '' ? name : `${path}.${name}`);
  }
  on(definition.innerType);
  on(definition.element, `${path}[]`);
  on(definition.valueType, `${path}{}`);
  for (const option of definition.options ?? []) on(option);
  on(definition.in);
  on(definition.out);
  on(definition.getter?.());
}

function refusedOf(schema: z.ZodType): readonly string[] {
  const refused = (schema.meta() as { readonly refused?: readonly string[] } | undefined)?.refused;
  return refused ?? [];
}

/** Of the outermost object: others than these fields are let pass. */
function isLenient(schema: z.ZodType): boolean {
  const definition = definitionOf(schema);
  if (definition.shape !== undefined) return definition.catchall === undefined;
  return [definition.innerType, definition.in, definition.out].some((inner) => inner !== undefined && isLenient(inner));
}

/** "VirtualService" → "libs/model/src/kinds/virtual-service". */
function folderOf(kind: string): string {
  const [written = '', ...group] = kind.split('.');
  const name = written
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
  const root = 'libs/model/src/kinds';
  const candidates = group.includes('policy')
    ? [join(root, 'linkerd', name)]
    : group.includes('gateway')
      ? [join(root, 'gateway-api', name)]
      : [join(root, name), join(root, 'gateway-api', name), join(root, 'linkerd', name)];
  return candidates.find((folder) => exists(folder)) ?? root;
}

function exists(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}

/** Last field of each path that the kind's own rules warn of, read from their code. */
function warnedFields(folder: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const text of readdirSync(folder)
    .sort()
    .flatMap((file) => checksOf(join(folder, file)))) {
    for (const [, path = ''] of text.matchAll(/\bwarn\(\s*[`'"]([^`'"]+)[`'"]/g)) {
      const name = /\.([a-zA-Z][a-zA-Z0-9]*)(\[[^\]]*\])?$/.exec(path)?.[1];
      if (name !== undefined) found.add(name);
    }
  }
  return found;
}

/** The text of a file, and of the checks that it takes from other kinds. */
function checksOf(file: string): readonly string[] {
  if (!file.endsWith('.ts') || file.endsWith('.test.ts')) return [];
  const text = readFileSync(file, 'utf8');
  const shared = [...text.matchAll(/from '(\.\.\/[^/']+\/validate-[^/']+\.ts)'/g)];
  return [text, ...shared.map(([, path = '']) => readFileSync(join(dirname(file), path), 'utf8'))];
}
