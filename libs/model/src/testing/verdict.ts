/** Tables of small documents with the expected verdict, for the tests of each kind. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writtenKind } from '../kinds/definition.ts';
import { kindDefinitions } from '../kinds/registry.ts';
import { parseDocuments } from '../parse.ts';
import type { Kind, Violation } from '../resource.ts';

/** Name of the test, the YAML of the body (without indentation), and what is told as "path: message", warnings after "warning: "; none: accepted. */
export type Case = readonly [name: string, spec: string, ...violations: string[]];

/** A document of this kind, of its first apiVersion, with `body` under `spec`, or beside `metadata` where the kind has it so. */
export function documentOf(kind: Kind, body: string): string {
  const { apiVersions, root, clusterScoped } = kindDefinitions[kind];
  const namespace = clusterScoped === true ? '' : ', namespace: shop';
  const head = `apiVersion: ${apiVersions[0]}\nkind: ${writtenKind(kind)}\nmetadata: { name: x${namespace} }\n`;
  return root === '' ? `${head}${body}\n` : `${head}spec:\n${body.replaceAll(/^(?=.)/gm, '  ')}\n`;
}

/** "path: message" of each violation, then "warning: path: message" of each warning, in the order of the file. */
export function violationsOf(text: string): string[] {
  const { violations, warnings } = parseDocuments('f.yaml', text);
  const told = ({ path, message }: Violation): string => `${path}: ${message}`;
  return [...violations.map(told), ...warnings.map((warning) => `warning: ${told(warning)}`)];
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
