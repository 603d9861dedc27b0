/** CA certificates that objects hold for the Gateway API. */

import { X509Certificate } from 'node:crypto';
import type { Model } from '../../model.ts';

/** What `ca.crt` holds; nothing where there is no such object, or no certificate in it. */
export function rootsIn(
  model: Model,
  kind: 'ConfigMap' | 'Secret',
  namespace: string,
  name: string,
): string | undefined {
  const base64 = (text: string | undefined): string => Buffer.from(text ?? '', 'base64').toString('utf8');
  const spec = kind === 'ConfigMap' ? model.get('ConfigMap', namespace, name)?.spec : undefined;
  const text =
    kind === 'ConfigMap'
      ? (spec?.data['ca.crt'] ?? base64(spec?.binaryData?.['ca.crt']))
      : base64(model.get('Secret', namespace, name)?.spec.data['ca.crt']);
  try {
    return new X509Certificate(text).validTo === '' ? undefined : text;
  } catch {
    return undefined;
  }
}
