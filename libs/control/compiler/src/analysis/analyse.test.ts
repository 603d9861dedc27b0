/** Every analyser with documents that it doubts, and documents that it has nothing to say about. */

import { defaultMeshConfig } from '@weft/model';
import { describe, expect, it } from 'vitest';
import { createTestMesh } from '../testing/mesh.ts';
import { analyse, findingsMax } from './analyse.ts';
import { analysers } from './analysers.ts';
import { base, document, findings, route, vs } from './testing/documents.ts';
import { gatewayApiCases } from './testing/gateway-api-cases.ts';
import { linkerdCases } from './testing/linkerd-cases.ts';
import { policyCases } from './testing/policy-cases.ts';
import { routingCases } from './testing/routing-cases.ts';

const cases = [...routingCases, ...policyCases, ...gatewayApiCases, ...linkerdCases];

describe('analysers', () => {
  const rows = cases.map(([code, what, documents, ...expected]) => ({ code, what, documents, expected }));
  it.each(rows)('$code $what', ({ code, documents, expected }) => {
    expect(findings(code, documents)).toEqual(expected);
  });

  it('have each a code and a name of their own, with a case that doubts and one that does not', () => {
    expect(new Set(analysers.map(({ code }) => code)).size).toBe(analysers.length);
    expect(new Set(analysers.map(({ name }) => name)).size).toBe(analysers.length);
    for (const { code } of analysers) {
      const mine = cases.filter(([of]) => of === code);
      expect(
        mine.some((one) => one.length === 3),
        code,
      ).toBe(true);
      expect(
        mine.some((one) => one.length > 3),
        code,
      ).toBe(true);
    }
  });

  it('say nothing of a mesh without rules', () => {
    expect(findings('', [])).toEqual([]);
    expect(analyse(createTestMesh({ 'base.yaml': base }).input())).toEqual([]);
  });

  it('give place, code and severity', () => {
    const text = document(vs(`{ hosts: [order], ${route('{ host: gone }')} }`));
    const [found] = analyse(createTestMesh({ 'base.yaml': base, 'f.yaml': text }, { mesh: defaultMeshConfig }).input());
    expect(found).toMatchObject({ file: 'f.yaml', line: 4, code: 'WEFT0101', severity: 'error', istio: ['IST0101'] });
  });

  it('end with a count where there are too many', () => {
    const rules = Array.from({ length: findingsMax + 10 }, (_, index) =>
      document(vs(`{ hosts: [h${index}.example], ${route('{ host: gone }')} }`, `shop/v${index}`)),
    );
    const found = analyse(
      createTestMesh({
        'base.yaml': base,
        'f.yaml': rules.slice(0, 900).join('---\n'),
        'g.yaml': rules.slice(900).join('---\n'),
      }).input(),
      analysers.slice(0, 1),
    );
    expect(found).toHaveLength(findingsMax);
    expect(found.at(-1)?.message).toBe('11 more findings from here on');
  });
});
