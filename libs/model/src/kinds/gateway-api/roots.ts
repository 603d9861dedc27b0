/** CA certificates that objects hold. */

import { X509Certificate } from 'node:crypto';
import type { Model } from '../../model.ts';
import type { Resource } from '../../resource.ts';

/** What `ca.crt` holds; nothing where there is no such object, or no certificate in it. */
export function rootsIn(
  model: Model,
  kind: 'ConfigMap' | 'Secret',
  namespace: string,
  name: string,
): string | undefined {
  if (kind === 'ConfigMap') {
    const map = model.get('ConfigMap', namespace, name);
    return map === undefined ? undefined : configMapRoots(map);
  }
  return certificatesIn(decoded(model.get('Secret', namespace, name)?.spec.data['ca.crt']));
}

/** The certificates of a ConfigMap's `ca.crt`, in `data` or in `binaryData`; nothing where there is none. */
export function configMapRoots({ spec }: Resource<'ConfigMap'>): string | undefined {
  return certificatesIn(spec.data['ca.crt'] ?? decoded(spec.binaryData?.['ca.crt']));
}

/** Whether a PEM begins with a certificate that can be read. */
export function isCertificate(pem: Uint8Array | string): boolean {
  try {
    return new X509Certificate(pem).validTo !== '';
  } catch {
    return false;
  }
}

function certificatesIn(text: string): string | undefined {
  return isCertificate(text) ? text : undefined;
}

function decoded(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
