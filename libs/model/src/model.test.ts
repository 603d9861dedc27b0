import { createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { createModel, modelChanges } from './model.ts';
import { parseDocuments } from './parse.ts';
import { describeViolation } from './resource.ts';

const service = (name: string, namespace: string, port: number): string =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: { selector: { app: a }, ports: [{ port: ${port} }] }\n---\n`;

const group = (name: string): string =>
  `apiVersion: networking.istio.io/v1\nkind: WorkloadGroup\nmetadata: { name: ${name}, namespace: shop }\nspec: { template: { serviceAccount: a } }\n---\n`;

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

  it('made step by step is the one that is made at once', () => {
    const random = createSeededRandom(20_261_121);
    const pool = parseDocuments(
      'pool.yaml',
      Array.from({ length: 12 }, (_, at) => service(`s${at % 9}`, 'shop', at + 1) + group(`g${at}`)).join(''),
    ).resources;
    let before = createModel([]);
    for (let step = 0; step < 600; step++) {
      const list = [...before.resources];
      for (let change = 0; change < 1 + random() * 3; change++) {
        const at = Math.floor(random() * (list.length + 1));
        const one = pool[Math.floor(random() * pool.length)];
        if (one !== undefined && random() < 0.6) list.splice(at, 0, one);
        else list.splice(at, 1);
      }
      const next = createModel(list, before);
      const anew = createModel(list);
      expect(next.resources).toEqual(anew.resources);
      expect(next.duplicates).toEqual(anew.duplicates);
      for (const kind of ['Service', 'WorkloadGroup'] as const) {
        expect(next.byKind(kind)).toEqual(anew.byKind(kind));
        for (const { namespace, name } of pool) {
          expect(next.get(kind, namespace, name)).toBe(anew.get(kind, namespace, name));
        }
      }
      const { removed, added } = modelChanges(before, next);
      const rest = before.resources.filter((one) => !removed.includes(one));
      expect(new Set([...rest, ...added])).toEqual(new Set(next.resources));
      before = next;
    }
  });

  it('finds what came and went in more steps than its index keeps apart', () => {
    const many = parseDocuments('m.yaml', Array.from({ length: 700 }, (_, at) => group(`g${at}`)).join('')).resources;
    let step = createModel(many.slice(0, 350));
    for (let at = 0; at < 350; at++) step = createModel(many.slice(at + 1, at + 351), step);
    const names = many.filter(({ namespace, name }) => step.get('WorkloadGroup', namespace, name) !== undefined);
    expect(names).toEqual(many.slice(350));
  });

  it('has the lists of the one before for kinds that did not change', () => {
    const groups = parseDocuments('g.yaml', group('g')).resources;
    const one = createModel([...first, ...groups]);
    const other = createModel([...first, ...second, ...groups], one);
    expect(other.byKind('WorkloadGroup')).toBe(one.byKind('WorkloadGroup'));
    expect(other.byKind('Service')).not.toBe(one.byKind('Service'));
  });

  it('cannot be changed', () => {
    expect([model, model.resources, model.byKind('Service'), model.duplicates].every(Object.isFrozen)).toBe(true);
  });
});
