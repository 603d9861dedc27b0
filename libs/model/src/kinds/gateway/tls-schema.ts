/** The YAML form of a server's TLS: of a Gateway, and of a Sidecar's inbound port. */

import { z } from 'zod';
import { plainText } from '../../schema/fields.ts';
import { apiObject, checkedString, choice } from '../../schema/object.ts';
import { isCipherSuite } from './cipher-suites.ts';

const versions = ['TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'] as const;

const spki = checkedString((value) =>
  /^[A-Za-z0-9+/]{43}=$/.test(value) ? undefined : 'this is not the base64 of a SHA-256 (44 characters)',
);
const certificateHash = checkedString((value) =>
  /^([0-9A-Fa-f]{64}|[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){31})$/.test(value)
    ? undefined
    : 'this is not a SHA-256 in hex (64 digits, or pairs with colons)',
);

/** `mode` becomes PASSTHROUGH where absent; unknown and repeated cipher suites are left out, `validateServerTls` tells of them. */
export function serverTls(api: string) {
  return apiObject(api, {
    insecureSkipVerify: z.boolean().exactOptional(),
    httpsRedirect: z.boolean().exactOptional(),
    mode: choice(`${api}.mode`, [
      'PASSTHROUGH',
      'SIMPLE',
      'MUTUAL',
      'AUTO_PASSTHROUGH',
      'ISTIO_MUTUAL',
      'OPTIONAL_MUTUAL',
    ]).default('PASSTHROUGH'),
    serverCertificate: plainText.exactOptional(),
    privateKey: plainText.exactOptional(),
    caCertificates: plainText.exactOptional(),
    caCrl: plainText.exactOptional(),
    credentialName: plainText.exactOptional(),
    credentialNames: z.array(plainText).exactOptional(),
    caCertCredentialName: plainText.exactOptional(),
    tlsCertificates: z
      .array(
        apiObject(`${api}.tlsCertificates`, {
          serverCertificate: plainText.default(''),
          privateKey: plainText.default(''),
          caCertificates: plainText.exactOptional(),
        }),
      )
      .exactOptional(),
    subjectAltNames: z.array(plainText).exactOptional(),
    verifyCertificateSpki: z.array(spki).exactOptional(),
    verifyCertificateHash: z.array(certificateHash).exactOptional(),
    minProtocolVersion: choice(`${api}.minProtocolVersion`, versions).exactOptional(),
    maxProtocolVersion: choice(`${api}.maxProtocolVersion`, versions).exactOptional(),
    cipherSuites: z
      .array(plainText)
      .transform((suites) => [...new Set(suites)].filter((suite) => suite !== '' && isCipherSuite(suite)))
      .exactOptional(),
  }).transform(({ insecureSkipVerify: _notDone, ...rest }) => rest);
}
