import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../parse.ts';
import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';
import { localityOfNode } from './spec.ts';

const cases: Case[] = [
  ['may have whatever a Node has', 'spec: { taints: [] }\nstatus: { capacity: { cpu: "2" } }'],
  [
    'refuses an address without type',
    'status: { addresses: [{ address: a }] }',
    'status.addresses[0].type: "type" is required',
  ],
];

describeFull('Node', import.meta.dirname);
describeVerdicts('Node', cases);

describe('the locality of a Node', () => {
  const region = 'topology.kubernetes.io/region';
  const zone = 'topology.kubernetes.io/zone';
  it.each([
    [{}, undefined],
    [{ [region]: 'eu' }, 'eu'],
    [{ [region]: 'eu', [zone]: 'a' }, 'eu/a'],
    [{ [region]: 'eu', [zone]: 'a', 'topology.istio.io/subzone': 'r1' }, 'eu/a/r1'],
    [{ [zone]: 'a' }, '/a'],
    [{ 'failure-domain.beta.kubernetes.io/region': 'eu', 'failure-domain.beta.kubernetes.io/zone': 'a' }, 'eu/a'],
  ])('by %j is %j', (labels, expected) => {
    expect(localityOfNode(labels as Record<string, string>)).toBe(expected);
  });
});

it('a Node belongs to no namespace', () => {
  const [node] = parseDocuments(
    'f.yaml',
    'apiVersion: v1\nkind: Node\nmetadata: { name: a, namespace: b }\n',
  ).resources;
  expect(node).toMatchObject({ namespace: '', name: 'a', spec: {} });
});
