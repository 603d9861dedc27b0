/** The TLS material of this proxy: its own certificate and the roots of the mesh, one new object for each change. */

import type { Identity, IdentityManager } from '@weft/identity';
import type { Cancel } from '@weft/kernel';
import type { TlsMaterial } from '@weft/tls';

export interface TlsIdentity {
  /** Nothing: no certificate that is valid now. */
  material(): TlsMaterial | undefined;
  /** SPIFFE URI of this proxy; nothing: no certificate yet. */
  ownUri(): string | undefined;
  onRotate(listener: (material: TlsMaterial | undefined) => void): Cancel;
  /** The control plane's roots have changed. */
  rootsChanged(): void;
}

/**
 * @param roots PEM of secret ROOTCA; nothing before it has come: then the root that came with the certificate stands in.
 * @param lists PEM of its revocation lists; empty: none. A change of them alone needs no new certificate.
 * A change of roots asks the CA for a new certificate too, because the old one may lead to a root that is on its way out.
 */
export function createTlsIdentity(
  manager: IdentityManager,
  roots: () => string | undefined,
  lists: () => string = () => '',
): TlsIdentity {
  const listeners = new Set<(material: TlsMaterial | undefined) => void>();
  let identity: Identity | undefined;
  let rootsPem: string | undefined;
  let crlPem = '';
  let material: TlsMaterial | undefined;

  const rebuild = (): void => {
    material =
      identity === undefined
        ? undefined
        : {
            certChainPem: identity.certChainPem,
            privateKeyPem: identity.privateKeyPem,
            rootsPem: rootsPem ?? identity.rootPem,
            ...(crlPem === '' ? {} : { crlPem }),
          };
    for (const listener of listeners) listener(material);
  };

  manager.onChange((next) => {
    identity = next;
    rebuild();
  });

  return {
    material: () => material,
    ownUri: () => identity?.uri,
    onRotate(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    rootsChanged() {
      const next = roots();
      const nextLists = lists();
      if (next === rootsPem && nextLists === crlPem) return;
      crlPem = nextLists;
      if (next === rootsPem) {
        rebuild();
        return;
      }
      const first = rootsPem === undefined;
      rootsPem = next;
      if (identity === undefined) return;
      const known = next?.includes(identity.rootPem.trim()) === true;
      rebuild();
      if (!first || !known) manager.renew();
    },
  };
}
