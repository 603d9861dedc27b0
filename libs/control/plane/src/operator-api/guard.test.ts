import { expect, it } from 'vitest';
import { createTokenCheck, isLoopbackHost } from './guard.ts';

it.each(['localhost', 'LOCALHOST:15080', '127.0.0.1', '127.0.0.1:15080', '127.9.9.9:1', '[::1]:15080'])(
  'takes %s for a name of this machine',
  (host) => expect(isLoopbackHost(host)).toBe(true),
);

it.each([
  undefined,
  '',
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example:80',
  '0.0.0.0',
  '10.0.0.1',
  '128.0.0.1',
])('does not take %s for a name of this machine', (host) => expect(isLoopbackHost(host)).toBe(false));

it('lets only the exact token pass', () => {
  const allowed = createTokenCheck('secret');
  expect(allowed('Bearer secret')).toBe(true);
  for (const wrong of [undefined, '', 'secret', 'Bearer secret ', 'Bearer Secret', 'bearer secret', 'Bearer ']) {
    expect(allowed(wrong)).toBe(false);
  }
});
