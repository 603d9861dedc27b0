/** The form in which one applied resource is kept, and the name of its file. */

import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type AnyResource, type Kind, parseDocuments } from '@weft/model';

const nameLengthMax = 200;

/** "virtualservice.shop.payment.yaml"; a name that a file system may refuse becomes a hash. Both names are RFC 1123: no path in them. */
export function storedFileName(kind: Kind, namespace: string, name: string): string {
  const plain = `${kind.toLowerCase()}.${namespace}.${name}`;
  const short = plain.length <= nameLengthMax ? plain : createHash('sha256').update(plain).digest('hex');
  return `${short}.yaml`;
}

const meaning = (resource: AnyResource): unknown => {
  const { apiVersion, kind, namespace, name, labels, annotations, creationTimestamp, spec } = resource;
  return { apiVersion, kind, namespace, name, labels, annotations, creationTimestamp, spec };
};

/** True where both say the same, wherever they stand. */
export function sameResource(a: AnyResource, b: AnyResource): boolean {
  return isDeepStrictEqual(meaning(a), meaning(b));
}

/**
 * True where `text` alone, in a file of its own, says what `resource` says: a document that leans on the rest of its stream
 * (a %TAG, odd indentation) may not.
 */
export function standsAlone(text: string, resource: AnyResource): boolean {
  const { resources, violations } = parseDocuments('', text);
  const [only] = resources;
  return violations.length === 0 && resources.length === 1 && only !== undefined && sameResource(only, resource);
}
