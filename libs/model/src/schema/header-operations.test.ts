import { expect, it } from 'vitest';
import { headerRules } from './header-operations.ts';

const rules = headerRules('test');

it('a header whose new value cannot be made is removed, so that what the client sent does not pass for it', () => {
  const request = { set: { a: '%NOPE%', b: '1', host: '%NOPE%', 'content-length': '5' }, remove: ['c'] };
  expect(rules.parse({ request })).toEqual({ request: { set: { b: '1' }, remove: ['c', 'a'] } });
});

it('a header that cannot be added is left out, and what stands there stays', () => {
  expect(rules.parse({ response: { add: { a: '%NOPE%', b: '1' } } })).toEqual({ response: { add: { b: '1' } } });
});
