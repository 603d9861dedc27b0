import { expect, test } from 'vitest';
import { assertNodeVersion } from './node-version.ts';

test.each(['20.19.0', '20.20.2', '22.0.0', '24.21.0'])('Node.js %s is new enough', (version) => {
  expect(() => assertNodeVersion(version)).not.toThrow();
});

test.each(['20.18.3', '18.20.0', '19.99.0'])('Node.js %s is refused with what to do', (version) => {
  expect(() => assertNodeVersion(version)).toThrow(`this is Node.js ${version}, and weft needs 20.19 or newer`);
});
