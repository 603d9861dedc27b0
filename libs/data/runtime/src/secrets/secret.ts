/** The secret that comes over xDS: the roots of the mesh. */

import { X509Certificate } from 'node:crypto';
import type { Secret } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import { refuse } from '../check/refuse.ts';
import { rootsSecretName } from '../tls/transport-socket.ts';

/** @returns the roots as PEM. @throws WeftError `config_rejected` for any secret but ROOTCA with inline roots. */
export function compileRoots(secret: Secret, where: string): string {
  if (secret.name !== rootsSecretName) refuse(where, `only ${rootsSecretName} is taken from the control plane`);
  if (secret.type.case !== 'validationContext') return refuse(where, 'validation_context is missing');
  const source = secret.type.value.trustedCa?.specifier;
  let pem = '';
  if (source?.case === 'inlineString') pem = source.value;
  else if (source?.case === 'inlineBytes') pem = Buffer.from(source.value).toString();
  try {
    new X509Certificate(pem);
  } catch {
    refuse(where, 'validation_context.trusted_ca is no PEM certificate');
  }
  return pem;
}
