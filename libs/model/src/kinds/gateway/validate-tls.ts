/** Rules between the fields of a server's TLS (Istio: validateTLSOptions). */

import { writtenAt } from '../../schema/written.ts';
import type { Report, ValidationContext } from '../definition.ts';
import { isCipherSuite } from './cipher-suites.ts';
import type { ServerTls } from './spec.ts';

/** @param body the block as written. */
export function validateServerTls(
  tls: ServerTls,
  body: unknown,
  path: string,
  { report, warn }: Pick<ValidationContext, 'report' | 'warn'>,
): void {
  warnOfCiphers(tls, body, path, warn);
  if (writtenAt(body, 'insecureSkipVerify') === true)
    warn(
      `${path}.insecureSkipVerify`,
      'insecureSkipVerify is not done yet in this version: certificates of clients are verified',
      'key',
    );
  const given = (field: keyof ServerTls): boolean => (tls[field]?.toString() ?? '').length > 0;
  const files = ['serverCertificate', 'privateKey', 'caCertificates'] as const;
  const sources = (['credentialName', 'credentialNames', 'tlsCertificates'] as const).filter(given);
  if (tls.mode === 'ISTIO_MUTUAL') {
    for (const field of [...files, ...sources])
      if (given(field))
        report(`${path}.${field}`, `mode ISTIO_MUTUAL uses the mesh's certificates; it takes no ${field}`, 'key');
    return;
  }
  if (tls.mode === 'PASSTHROUGH' || tls.mode === 'AUTO_PASSTHROUGH') {
    for (const field of [...files, 'caCrl', ...sources] as const)
      if (given(field))
        warn(`${path}.${field}`, `mode ${tls.mode} uses no certificates; ${field} has no effect`, 'key');
  }
  const all = given('serverCertificate') && given('privateKey') ? ['serverCertificate', ...sources] : sources;
  if (all.length > 1) report(path, `only one of ${all.join(', ')} may be given`, 'key');
  if (tls.mode === 'PASSTHROUGH' || tls.mode === 'AUTO_PASSTHROUGH') {
    if (given('caCrl') && given('credentialName'))
      report(`${path}.caCrl`, 'caCrl cannot stand beside credentialName; it belongs into the Secret', 'key');
    return;
  }
  if (given('credentialName') || given('credentialNames')) {
    if (given('caCrl'))
      warn(`${path}.caCrl`, 'caCrl has no effect beside a credential; it belongs into the Secret', 'key');
    return;
  }
  if (tls.mode === 'SIMPLE' && given('caCrl'))
    report(`${path}.caCrl`, 'mode SIMPLE asks for no client certificate; it takes no caCrl', 'key');
  requireFiles(tls, path, report, warn);
}

function requireFiles(tls: ServerTls, path: string, report: Report, warn: Report): void {
  const isMutual = tls.mode !== 'SIMPLE';
  if (isMutual && (tls.caCertificates ?? '') === '' && (tls.caCertCredentialName ?? '') === '')
    report(path, `mode ${tls.mode} needs caCertificates, or credentialName`, 'key');
  const listed = tls.tlsCertificates ?? [];
  if (listed.length > 2) warn(`${path}.tlsCertificates`, 'only the first two certificates are used', 'key');
  const pairs = listed.length > 0 ? listed : [tls];
  pairs.forEach((pair, index) => {
    const at = listed.length > 0 ? `${path}.tlsCertificates[${index}]` : path;
    for (const field of ['serverCertificate', 'privateKey'] as const) {
      if ((pair[field] ?? '') === '') report(at, `mode ${tls.mode} needs ${field}, or credentialName`, 'key');
    }
  });
}

function warnOfCiphers(tls: ServerTls, body: unknown, path: string, warn: Report): void {
  const written = writtenAt(body, 'cipherSuites');
  const names = Array.isArray(written) ? written : [];
  names.forEach((name, index) => {
    if (typeof name !== 'string' || name === '') return;
    const at = `${path}.cipherSuites[${index}]`;
    if (!isCipherSuite(name))
      warn(at, `${JSON.stringify(name)} is not a cipher suite that TLS 1.2 has here; it is left out`);
    else if (names.indexOf(name) < index) warn(at, `${JSON.stringify(name)} is given twice`);
  });
  const { minProtocolVersion: min, maxProtocolVersion: max } = tls;
  if ((min === 'TLSV1_0' || min === 'TLSV1_1') && names.length === 0)
    warn(`${path}.minProtocolVersion`, `${min} needs cipherSuites: none of the default ones is of that version`);
  if (min !== undefined && max !== undefined && max !== 'TLS_AUTO' && min > max)
    warn(`${path}.maxProtocolVersion`, `no TLS version is from ${min} to ${max}: every handshake fails`);
}
