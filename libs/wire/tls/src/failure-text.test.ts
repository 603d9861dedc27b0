/** Texts of failed handshakes. */

import { describe, expect, it } from 'vitest';
import { failureText } from './failure-text.ts';

const message = '805CC24FE47F0000:error:0A00010B:SSL routines:ssl3_get_record:x:../deps/openssl/ssl3_record.c:350:\n';
const error = (text: string, more: object = {}): Error => Object.assign(new Error(text), more);

describe('the text of a failed handshake', () => {
  it.each([
    [
      error(message, { code: 'ERR_SSL_WRONG_VERSION_NUMBER', reason: 'wrong version number' }),
      'TLS error: wrong version number',
    ],
    [error(message, { code: 'ERR_SSL_WRONG_VERSION_NUMBER' }), 'TLS error: wrong version number'],
    [error('connect ECONNREFUSED 127.0.0.1:1', { code: 'ECONNREFUSED' }), 'delayed connect error: Connection refused'],
    [error('first\nsecond'), 'first'],
  ])('has no line break and no path', (given, text) => {
    expect(failureText(given)).toBe(text);
  });

  it('says that it was the certificate', () => {
    expect(failureText(error('unable to get local issuer certificate'), true)).toBe(
      'TLS error: certificate verify failed: unable to get local issuer certificate',
    );
  });
});
