import { expect, it } from 'vitest';
import { formatHostPort } from './host-port.ts';

it.each([
  ['127.0.0.1', 15_000, '127.0.0.1:15000'],
  ['::1', '80', '[::1]:80'],
  ['a.test', 0, 'a.test:0'],
])('of %s and %s is %s', (host, port, text) => expect(formatHostPort(host, port)).toBe(text));
