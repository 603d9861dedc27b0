import { expect, test } from 'vitest';
import { fileFailure, LaunchError } from './launch-error.ts';

function failed(code: string): Error {
  return Object.assign(new Error('low level'), { code });
}

test.each([
  ['EACCES', 'no-permission', 'no permission for /x'],
  ['EROFS', 'no-permission', 'read-only'],
  ['ENOSPC', 'disk-full', 'the disk of /x is full'],
  ['EDQUOT', 'disk-full', 'the disk of /x is full'],
  ['ENOENT', 'no-permission', 'nothing can be made at /x'],
  ['ENOTDIR', 'no-permission', '/x is in the way'],
])('%s becomes a sentence that says what to do', (code, expected, words) => {
  const error = fileFailure(failed(code), 'write logs', '/x');
  expect(error).toBeInstanceOf(LaunchError);
  expect((error as LaunchError).code).toBe(expected);
  expect((error as LaunchError).message).toContain(words);
});

test('an error that is nobody else’s is given back as it is', () => {
  const error = failed('EMFILE');
  expect(fileFailure(error, 'write logs', '/x')).toBe(error);
});
