import { expect, it } from 'vitest';
import { describeProvenance } from './provenance.ts';

it('names file, line, resource and rule of a decision', () => {
  const from = { resource: 'VirtualService shop/payment', file: 'infra/mesh/payment.yaml', line: 12, rule: 'http[0]' };
  expect(describeProvenance(from)).toBe('infra/mesh/payment.yaml:12 VirtualService shop/payment http[0]');
});

it('says that a default is built in', () => {
  expect(describeProvenance({ resource: '', file: '', line: 0, rule: 'no host of the mesh matches' })).toBe(
    'built-in: no host of the mesh matches',
  );
});
