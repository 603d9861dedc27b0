/** The certificate of a proxy and the roots of its mesh, as the two secrets that policies name. */

import type { TlsSecret, TlsSecrets } from './material.ts';

/** PEM texts. A changed material is a new object. */
export interface TlsMaterial {
  /** Leaf first, then intermediates. */
  readonly certChainPem: string;
  readonly privateKeyPem: string;
  readonly rootsPem: string;
  /** Revocation lists; empty or absent: none. */
  readonly crlPem?: string;
}

/**
 * @param material read for each connection. @param names of the two secrets, as SDS has them.
 * @param others all other names; nothing: there are none.
 */
export function materialSecrets(
  material: () => TlsMaterial | undefined,
  others: TlsSecrets = () => undefined,
  names: { readonly certificate: string; readonly roots: string } = { certificate: 'default', roots: 'ROOTCA' },
): TlsSecrets {
  let held: TlsMaterial | undefined;
  let certificate: TlsSecret | undefined;
  let roots: TlsSecret | undefined;
  return (name) => {
    if (name !== names.certificate && name !== names.roots) return others(name);
    const now = material();
    if (now === undefined) return undefined;
    if (now.certChainPem !== held?.certChainPem || now.privateKeyPem !== held.privateKeyPem) {
      const { certChainPem, privateKeyPem } = now;
      certificate = { kind: 'certificate', certChainPem, privateKeyPem, password: '' };
    }
    // The same roots stay the same object: a new certificate alone leaves the tickets of callers valid.
    const { rootsPem, crlPem = '' } = now;
    if (rootsPem !== held?.rootsPem || crlPem !== (held.crlPem ?? '')) roots = { kind: 'roots', rootsPem, crlPem };
    held = now;
    return name === names.certificate ? certificate : roots;
  };
}
