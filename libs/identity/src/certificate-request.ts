/** A fresh P-256 key and its certificate request. Written out by hand: an ASN.1 library costs each sidecar 0.1 s and 17 MB. */

import { generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { der, derBits, derObjectId, derTags } from './der.ts';

export interface KeyAndRequest {
  /** PKCS#8. It never leaves the process but for its own state folder. */
  readonly privateKeyPem: string;
  /** PKCS#10. */
  readonly csrPem: string;
}

const objectIds = {
  ecdsaWithSha256: '2a8648ce3d040302',
  extensionRequest: '2a864886f70d01090e',
  subjectAltName: '551d11',
} as const;

/**
 * @param uri put into the request as a subject alternative name, for the reader: the CA takes the identity from the
 * token. Nothing: no name at all.
 */
export async function createKeyAndRequest(uri: string | undefined): Promise<KeyAndRequest> {
  const { publicKey, privateKey } = await newKeys();
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const { sequence, integer } = derTags;
  const info = der(sequence, der(integer, Uint8Array.of(0)), der(sequence), spki, attributesOf(uri));
  const signature = await new Promise<Buffer>((resolve, reject) => {
    sign('sha256', info, privateKey, (error, made) => (error === null ? resolve(made) : reject(error)));
  });
  const request = der(sequence, info, der(sequence, derObjectId(objectIds.ecdsaWithSha256)), derBits(signature));
  return {
    privateKeyPem: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    csrPem: pem('CERTIFICATE REQUEST', request),
  };
}

function newKeys(): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  return new Promise((resolve, reject) => {
    generateKeyPair('ec', { namedCurve: 'P-256' }, (error, publicKey, privateKey) => {
      if (error === null) resolve({ publicKey, privateKey });
      else reject(error);
    });
  });
}

/** RFC 2986 4.1: the attributes are present also when there are none. */
function attributesOf(uri: string | undefined): Uint8Array {
  const { sequence, set, octetString } = derTags;
  if (uri === undefined) return der(derTags.attributes);
  const names = der(sequence, der(derTags.uri, Buffer.from(uri, 'latin1')));
  const extension = der(sequence, derObjectId(objectIds.subjectAltName), der(octetString, names));
  const values = der(set, der(sequence, extension));
  return der(derTags.attributes, der(sequence, derObjectId(objectIds.extensionRequest), values));
}

function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
