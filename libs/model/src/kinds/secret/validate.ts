/** Rules between the fields of a Secret. No message contains a value. */

import type { ValidationContext } from '../definition.ts';
import type { SecretSpec } from './spec.ts';

/** Keys of certificates and private keys, in the spellings that gateways and the CA read. */
const certificateKeys: ReadonlySet<string> = new Set([
  ...['tls.crt', 'cert', 'ca.crt', 'cacert', 'ca-cert.pem', 'root-cert.pem', 'cert-chain.pem'],
]);
const privateKeys: ReadonlySet<string> = new Set(['tls.key', 'key', 'ca-key.pem']);

export function validateSecret({ type, data }: SecretSpec, { report, warn }: ValidationContext): void {
  if (type === 'kubernetes.io/tls') {
    for (const key of ['tls.crt', 'tls.key']) {
      if (!Object.hasOwn(data, key)) report('data', `a Secret of type kubernetes.io/tls needs the key ${key}`);
    }
  }
  for (const [key, value] of Object.entries(data)) {
    const word = certificateKeys.has(key) ? 'CERTIFICATE' : privateKeys.has(key) ? 'PRIVATE KEY' : undefined;
    if (word === undefined || hasPem(value, word)) continue;
    warn(`data["${key}"]`, `no PEM block of a ${word.toLowerCase()} is in here`);
  }
}

function hasPem(encoded: string, word: string): boolean {
  return new RegExp(`-----BEGIN [A-Z ]*${word}-----`).test(Buffer.from(encoded, 'base64').toString('latin1'));
}
