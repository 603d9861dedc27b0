import { describe, expect, it } from 'vitest';
import { describeFull, violationsOf } from '../../testing/verdict.ts';

const namespace = (metadata: string): string => `apiVersion: v1\nkind: Namespace\nmetadata: ${metadata}\n`;

describeFull('Namespace', import.meta.dirname);

describe('a Namespace', () => {
  it.each([
    ['{ name: shop }', []],
    [
      '{ name: a.b }',
      ['metadata.name: "a.b" is not a DNS label (RFC 1123): lower-case letters, digits and "-", at most 63'],
    ],
    [
      '{ name: a, labels: { istio-injection: "true" } }',
      [
        'warning: metadata.labels.istio-injection: istio-injection is "enabled" or "disabled"; "true" counts as disabled',
      ],
    ],
    [
      '{ name: a, labels: { istio-injection: enabled, istio.io/rev: canary } }',
      [
        'warning: metadata.labels.istio-injection: istio-injection wins over the label istio.io/rev, which is not read beside it',
      ],
    ],
  ])('with metadata %s', (metadata, expected) => {
    expect(violationsOf(namespace(metadata))).toEqual(expected);
  });
});
