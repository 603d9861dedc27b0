import { describe, expect, it } from 'vitest';
import { createModel } from './model.ts';
import { parseDocuments } from './parse.ts';
import { describeViolation } from './resource.ts';

const service = (name: string, namespace: string, port: number): string =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: { selector: { app: a }, ports: [{ port: ${port} }] }\n---\n`;

describe('a model', () => {
  const first = parseDocuments('a.yaml', service('a', 'shop', 1) + service('b', 'shop', 2)).resources;
  const second = parseDocuments('b.yaml', service('a', 'shop', 3) + service('a', 'bank', 4)).resources;
  const model = createModel([...first, ...second]);

  it('gives resources by kind in the order given', () => {
    expect(model.byKind('Service').map(({ namespace, name }) => `${namespace}/${name}`)).toEqual([
      'shop/a',
      'shop/b',
      'bank/a',
    ]);
    expect(model.byKind('Gateway')).toEqual([]);
    expect(model.resources).toHaveLength(3);
  });

  it('keeps the first of two with one name and tells of the second, naming both places', () => {
    expect(model.get('Service', 'shop', 'a')?.spec.ports[0]?.port).toBe(1);
    expect(model.duplicates.map(describeViolation)).toEqual([
      'b.yaml:3:19 metadata.name: Service shop/a is defined already at a.yaml:1:1; that one stays',
    ]);
  });

  it('finds nothing where there is nothing', () => {
    expect(model.get('Service', 'shop', 'c')).toBeUndefined();
    expect(model.get('VirtualService', 'shop', 'a')).toBeUndefined();
  });

  it('cannot be changed', () => {
    expect([model, model.resources, model.byKind('Service'), model.duplicates].every(Object.isFrozen)).toBe(true);
  });
});
