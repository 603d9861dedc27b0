import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseDocuments } from './parse.ts';

const seed = 20_260_711;
const full = [
  'virtual-service',
  'destination-rule',
  'gateway',
  'service',
  'service-entry',
  'workload-entry',
  'workload-group',
  'sidecar',
  'proxy-config',
]
  .map((kind) => readFileSync(new URL(`./kinds/${kind}/testdata/full.yaml`, import.meta.url), 'utf8'))
  .join('---\n');

/** Places are inside the text, and a violation says something. */
function judge(text: string): void {
  const { resources, violations, texts } = parseDocuments('f.yaml', text);
  const lines = text.split('\n').length;
  for (const { line, column, message } of violations) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(message).not.toBe('');
  }
  expect(texts).toHaveLength(resources.length);
}

interface ValuePlace {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesIn(value: unknown): ValuePlace[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

describe('parsing never throws', { timeout: 60_000 }, () => {
  it('on any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), judge), { seed, numRuns: 300 });
  });

  it('on text made of the marks of YAML', () => {
    const marks = fc.constantFrom(
      ...'{}[]:,&*!|>-?#%@`"\'\n \t'.split(''),
      '---\n',
      '...\n',
      '<<',
      '__proto__',
      'a',
      '%YAML 1.1\n',
      '!!set',
    );
    fc.assert(
      fc.property(
        fc.array(marks, { maxLength: 80 }).map((parts) => parts.join('')),
        judge,
      ),
      { seed, numRuns: 300 },
    );
  });

  it('on good files with a piece cut out, doubled or replaced', () => {
    const edit = fc.record({
      from: fc.nat(full.length),
      length: fc.nat(40),
      put: fc.oneof(
        fc.constant(''),
        fc.string({ maxLength: 10 }),
        fc.constantFrom(': ', '- ', '{}', '[]', 'null', '1', '~', '\n'),
      ),
    });
    const apply = (edits: readonly { from: number; length: number; put: string }[]): string =>
      edits.reduce((text, { from, length, put }) => text.slice(0, from) + put + text.slice(from + length), full);
    fc.assert(fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }).map(apply), judge), { seed, numRuns: 100 });
  });

  it('on full documents with a value replaced by another', () => {
    const documents = parseAllDocuments(full).map((document) => document.toJS() as Record<string, unknown>);
    const junk = fc.oneof(
      fc.constantFrom<unknown>(null, 0, -1, 1.5, '', 'x', '*', '%', 'a/b', 'unix://', '0s', true, 1e300),
      fc.constantFrom<unknown>([], [null], [1], ['x'], [{}], {}, { '': '' }, { value: 1 }),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const changed = fc
      .record({ document: fc.constantFrom(...documents), place: fc.nat(), value: junk })
      .map(({ document, place, value }) => {
        const copy = structuredClone(document);
        const places = placesIn(copy['spec']);
        const chosen = places[place % Math.max(1, places.length)];
        if (chosen !== undefined) chosen.holder[chosen.key] = structuredClone(value);
        return JSON.stringify(copy);
      });
    fc.assert(fc.property(changed, judge), { seed, numRuns: 1_000 });
  });

  it('on any JSON in any place of a document', () => {
    const kinds = fc.constantFrom(
      'VirtualService',
      'DestinationRule',
      'Gateway',
      'ServiceEntry',
      'WorkloadEntry',
      'WorkloadGroup',
      'Sidecar',
      'ProxyConfig',
      'EnvoyFilter',
    );
    const document = fc.record({
      apiVersion: fc.constantFrom('networking.istio.io/v1', 'networking.istio.io/v1', 'v1', 'toString/v1', '/'),
      kind: kinds,
      metadata: fc.oneof(fc.constant({ name: 'x' }), fc.jsonValue()),
      spec: fc.oneof(
        fc.jsonValue(),
        fc.dictionary(
          fc.constantFrom(
            ...['hosts', 'http', 'tls', 'tcp', 'host', 'servers', 'ports', 'template', 'probe', 'subsets'],
            ...['trafficPolicy', 'endpoints', 'egress', 'ingress', 'selector', 'configPatches', 'exportTo'],
          ),
          fc.jsonValue(),
        ),
      ),
    });
    fc.assert(
      fc.property(
        document.map((value) => JSON.stringify(value)),
        judge,
      ),
      { seed, numRuns: 300 },
    );
  });
});
