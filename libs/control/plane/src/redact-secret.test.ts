import { expect, it } from 'vitest';
import { redactSecret } from './redact-secret.ts';

const redacted = Buffer.from('[redacted]').toString('base64');

it('the private parts of a secret are not shown, the others are', () => {
  const shown = redactSecret({
    name: 'cert',
    tls_certificate: {
      certificate_chain: { inline_bytes: 'Y2VydA==' },
      private_key: { inline_bytes: 'aHVudGVyMg==' },
      password: { inline_string: 'hunter2' },
    },
    session_ticket_keys: { keys: [{ inline_bytes: 'aHVudGVyMg==' }] },
    generic_secret: { secret: { inline_string: 'hunter2' }, secrets: { a: { inline_bytes: 'aHVudGVyMg==' } } },
  });
  expect(shown).toEqual({
    name: 'cert',
    tls_certificate: {
      certificate_chain: { inline_bytes: 'Y2VydA==' },
      private_key: { inline_bytes: redacted },
      password: { inline_string: '[redacted]' },
    },
    session_ticket_keys: { keys: [{ inline_bytes: redacted }] },
    generic_secret: { secret: { inline_string: '[redacted]' }, secrets: { a: { inline_bytes: redacted } } },
  });
});

it('names of files stay', () => {
  const secret = { tls_certificate: { private_key: { filename: '/etc/key.pem' } } };
  expect(redactSecret(secret)).toEqual(secret);
});
