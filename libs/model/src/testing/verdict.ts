/** Tables of small documents with the expected verdict, for the tests of each kind. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../parse.ts';
import type { Kind } from '../resource.ts';

/** Name of the test, the YAML of `spec` (without indentation), and the violations as "path: message"; none: accepted. */
export type Case = readonly [name: string, spec: string, ...violations: string[]];

const apiVersionOf = (kind: Kind): string => (kind === 'Service' ? 'v1' : 'networking.istio.io/v1');

/** A document of this kind with `spec` indented by two. */
export function documentOf(kind: Kind, spec: string): string {
  const indented = spec.replaceAll(/^(?=.)/gm, '  ');
  return `apiVersion: ${apiVersionOf(kind)}\nkind: ${kind}\nmetadata: { name: x, namespace: shop }\nspec:\n${indented}\n`;
}

/** "path: message" of each violation, in the order of the file. */
export function violationsOf(text: string): string[] {
  return parseDocuments('f.yaml', text).violations.map(({ path, message }) => `${path}: ${message}`);
}

export function describeVerdicts(kind: Kind, cases: readonly Case[]): void {
  describe(`a ${kind}`, () => {
    for (const [name, spec, ...expected] of cases) {
      it(name, () => {
        expect(violationsOf(documentOf(kind, spec))).toEqual(expected);
      });
    }
  });
}

/** Parses `testdata/full.yaml` of a kind, which uses every field that is done, and compares it with `testdata/full.json` (refresh: vitest -u). */
export function describeFull(kind: Kind, folder: string): void {
  it(`every field of a ${kind} that is done reaches its spec`, async () => {
    const { resources, violations } = parseDocuments(
      'full.yaml',
      readFileSync(join(folder, 'testdata/full.yaml'), 'utf8'),
    );
    expect(violations).toEqual([]);
    const specs = resources.map(({ name, spec }) => ({ name, spec }));
    await expect(`${JSON.stringify(specs, null, 2)}\n`).toMatchFileSnapshot(join(folder, 'testdata/full.json'));
  });
}
