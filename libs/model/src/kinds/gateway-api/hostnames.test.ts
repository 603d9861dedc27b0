import { expect, it } from 'vitest';
import { commonHostnames } from './hostnames.ts';

it.each([
  [undefined, undefined, ['*']],
  [undefined, [], ['*']],
  ['a.example', undefined, ['a.example']],
  [undefined, ['a.example', 'b.example'], ['a.example', 'b.example']],
  ['a.example', ['a.example', 'b.example'], ['a.example']],
  ['*.example', ['a.example', 'a.b.example', 'example', 'other'], ['a.example', 'a.b.example']],
  ['a.example', ['*.example'], ['a.example']],
  ['*.example', ['*.b.example', '*.other'], ['*.b.example']],
  ['*.b.example', ['*.example'], ['*.b.example']],
  ['*.example', ['*.example', '*.example'], ['*.example']],
  ['a.example', ['b.example'], []],
  ['*.ample', ['a.example'], []],
])('a listener of %j and a route of %j have in common %j', (listener, route, expected) => {
  expect(commonHostnames(listener, route)).toEqual(expected);
});
