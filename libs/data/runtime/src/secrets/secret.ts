/** Secrets as materials: those that come over xDS, and those that stand in a transport socket itself. */

import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import type {
  CertificateValidationContext,
  TlsCertificate,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/common';
import type { Secret } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import { refuse } from '../check/refuse.ts';
import type { TlsSecret } from '../tables/tls.ts';
import { readDataSource } from '../tls/data-source.ts';
import { ownSecretName } from './names.ts';

/** @throws WeftError `config_rejected` for this proxy's own name, another type of secret, and what is no PEM. */
export function compileSecret(secret: Secret, where: string): TlsSecret {
  if (secret.name === ownSecretName) refuse(where, 'this name is of the certificate that the proxy makes itself');
  switch (secret.type.case) {
    case 'tlsCertificate':
      return compileCertificate(secret.type.value, `${where}: tls_certificate`);
    case 'validationContext': {
      const context = secret.type.value;
      if (context.matchTypedSubjectAltNames.length + context.matchSubjectAltNames.length > 0) {
        refuse(where, 'validation_context.match_typed_subject_alt_names is taken from transport sockets only');
      }
      return compileRoots(context, `${where}: validation_context`);
    }
    default:
      return refuse(where, 'tls_certificate or validation_context is missing');
  }
}

/** @throws WeftError `config_rejected` where certificate and key are missing, are no PEM or do not belong together. */
export function compileCertificate(certificate: TlsCertificate, where: string): TlsSecret {
  const certChainPem = readDataSource(certificate.certificateChain, 'certificate_chain', where);
  const privateKeyPem = readDataSource(certificate.privateKey, 'private_key', where);
  const password = readDataSource(certificate.password, 'password', where);
  const leaf = certificateOf(certChainPem, 'certificate_chain', where);
  let matches = false;
  try {
    matches = leaf.checkPrivateKey(createPrivateKey({ key: privateKeyPem, passphrase: password }));
  } catch {
    // Never the cause: it may quote the key.
    refuse(where, 'private_key is no PEM key, or its password is wrong');
  }
  if (!matches) refuse(where, 'private_key is not that of certificate_chain');
  return { kind: 'certificate', certChainPem, privateKeyPem, password };
}

/** @throws WeftError `config_rejected` for roots that are no PEM. */
export function compileRoots(context: CertificateValidationContext, where: string): TlsSecret {
  const rootsPem = readDataSource(context.trustedCa, 'trusted_ca', where);
  certificateOf(rootsPem, 'trusted_ca', where);
  const crlPem = readDataSource(context.crl, 'crl', where);
  if (crlPem !== '' && !crlPem.includes('-----BEGIN X509 CRL-----')) refuse(where, 'crl is no PEM list');
  return { kind: 'roots', rootsPem, crlPem };
}

/** The name of a secret that has none of its own: of its content, so that an unchanged one keeps its name. */
export function inlineSecretName(secret: TlsSecret): string {
  const hash = createHash('sha256');
  for (const text of Object.values(secret)) hash.update(`${text.length}:`).update(text);
  return `inline:${secret.kind}:${hash.digest('hex').slice(0, 32)}`;
}

function certificateOf(pem: string, what: string, where: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    return refuse(where, `${what} is no PEM certificate`);
  }
}
