import { expect, test } from 'vitest';
import { CliFailure } from '../failure.ts';
import { toSidecarChoice } from './sidecar-flag.ts';

const names = ['user', 'order', 'payment-v1', 'gateway'];

test.each([
  [[], ['weft', 'weft', 'weft', 'weft']],
  [['envoy'], ['envoy', 'envoy', 'envoy', 'weft']],
  [['order=envoy'], ['weft', 'envoy', 'weft', 'weft']],
  [
    ['envoy', 'order=weft', 'gateway=envoy'],
    ['envoy', 'weft', 'envoy', 'envoy'],
  ],
])('--sidecar %j', (flags, kinds) => {
  expect(names.map(toSidecarChoice(flags))).toEqual(kinds);
});

test.each([
  ['nginx', '"nginx" is no sidecar; use weft or envoy'],
  ['shipping=envoy', '"shipping" is none of user, order, inventory, payment-v1, payment-v2, gateway'],
])('--sidecar %s is refused', (flag, sentence) => {
  expect(() => toSidecarChoice([flag])).toThrow(CliFailure);
  expect(() => toSidecarChoice([flag])).toThrow(sentence);
});
