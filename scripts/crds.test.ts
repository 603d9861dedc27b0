import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { crdFiles, crdsYaml, structural } from './crds.ts';

const folder = resolve(import.meta.dirname, '../infra/kubernetes');

interface Crd {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly storage: boolean; readonly schema: object }[];
  };
}

describe.each(Object.keys(crdFiles))('%s', (file) => {
  it('is what the schemas say now; `node scripts/crds.mjs` writes it', () => {
    expect(readFileSync(join(folder, file), 'utf8')).toBe(crdsYaml(file));
  });

  it('has one stored version of each kind, and the same schema in all', () => {
    const crds = parseAllDocuments(crdsYaml(file)).map((document) => document.toJS() as Crd);
    expect(crds.length).toBeGreaterThan(0);
    for (const { spec } of crds) {
      expect(spec.versions.filter(({ storage }) => storage)).toHaveLength(1);
      expect(new Set(spec.versions.map(({ schema }) => JSON.stringify(schema))).size).toBe(1);
    }
    const names = crds.map(({ spec }) => `${spec.names.plural}.${spec.group}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

it('a schema becomes structural: types alone, what cannot be said is let pass', () => {
  const schema = {
    type: 'object',
    additionalProperties: false,
    required: ['a'],
    properties: {
      a: { type: 'string', pattern: '^x', default: '' },
      b: { anyOf: [{ type: 'string' }, { type: 'number' }] },
      c: { type: 'object', propertyNames: { type: 'string' }, additionalProperties: { type: 'integer', minimum: -9 } },
      d: { type: 'array', items: {} },
      e: { type: 'string', enum: ['x', 'y'] },
    },
  };
  const open = { 'x-kubernetes-preserve-unknown-fields': true };
  expect(structural(schema)).toEqual({
    type: 'object',
    ...open,
    required: ['a'],
    properties: {
      a: { type: 'string' },
      b: open,
      c: { type: 'object', additionalProperties: { type: 'integer' } },
      d: { type: 'array', items: open },
      e: { type: 'string', enum: ['x', 'y'] },
    },
  });
});
