/** Secrets of the user that a proxy may have: those of its own namespace, once it has proved who it is. */

import { X509Certificate } from 'node:crypto';
import type { Resource } from '@weft/model';
import type { Context } from '../context.ts';

/** Of a credential in the form of kubernetes.io/tls, or of Istio's older generic one. */
export interface Credential {
  readonly chain: Uint8Array | undefined;
  readonly key: Uint8Array | undefined;
  readonly ca: Uint8Array | undefined;
  readonly crl: Uint8Array | undefined;
}

const chainKeys = ['tls.crt', 'cert'];
const keyKeys = ['tls.key', 'key'];
const caKeys = ['ca.crt', 'cacert'];
const crlKeys = ['ca.crl', 'crl'];

/** The Secret itself, for the cache; nothing for a proxy that shows no identity or is of another namespace. */
export function secretFor({ proxy, world }: Context, name: string): Resource<'Secret'> | undefined {
  if (proxy.serviceAccount === '') return undefined;
  return world.input.model.get('Secret', proxy.namespace, name);
}

export function credentialOf(secret: Resource<'Secret'>): Credential {
  const { data } = secret.spec;
  const read = (keys: readonly string[]): Uint8Array | undefined => {
    const value = keys.map((key) => data[key]).find((each) => each !== undefined && each !== '');
    return value === undefined ? undefined : new Uint8Array(Buffer.from(value, 'base64'));
  };
  return { chain: read(chainKeys), key: read(keyKeys), ca: read(caKeys), crl: read(crlKeys) };
}

export function holdsCertificate(context: Context, name: string): boolean {
  const secret = secretFor(context, name);
  if (secret === undefined) return false;
  const { chain, key } = credentialOf(secret);
  return chain !== undefined && key !== undefined && isCertificate(chain);
}

/** In the Secret "name-cacert", else in "name" itself. */
export function rootSecretFor(context: Context, name: string): Resource<'Secret'> | undefined {
  return [`${name}-cacert`, name]
    .map((each) => secretFor(context, each))
    .find((secret) => secret !== undefined && credentialOf(secret).ca !== undefined);
}

export function holdsRoot(context: Context, name: string): boolean {
  return rootSecretFor(context, name) !== undefined;
}

/** A listener must not fail over a file that is none. */
function isCertificate(pem: Uint8Array): boolean {
  try {
    return new X509Certificate(pem).validTo !== '';
  } catch {
    return false;
  }
}
