import { expect, it } from 'vitest';
import { createTestMesh } from './testing/mesh.ts';
import { createWorldFactory } from './world.ts';

const rules = ['a', 'b', 'c']
  .map(
    (name) => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}, namespace: shop }
spec: { host: ${name}.example.com, trafficPolicy: { loadBalancer: { simple: RANDOM } } }
`,
  )
  .join('---\n');

it('remembers as many policies as its bound, and finds the others right each time', () => {
  const mesh = createTestMesh({ 'rules.yaml': rules });
  const world = createWorldFactory(2)(mesh.input());
  const look = (name: string) => world.policy(`${name}.example.com`, 'shop', 'shop');
  const first = ['a', 'b', 'c'].map(look);
  const again = ['a', 'b', 'c'].map(look);
  expect(again).toEqual(first);
  expect(again.map((policy, index) => policy === first[index])).toEqual([true, true, false]);
});

it('keeps its indexes while model and services stay, whoever comes or goes', () => {
  const mesh = createTestMesh({ 'rules.yaml': rules });
  const worldOf = createWorldFactory();
  const first = worldOf(mesh.input());
  expect(worldOf({ ...mesh.input() }).index).toBe(first.index);
  mesh.change({ 'rules.yaml': `${rules}# more` });
  expect(worldOf(mesh.input()).index).not.toBe(first.index);
});
