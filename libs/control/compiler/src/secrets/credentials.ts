/** Secrets of the user that a proxy may have, once it has proved who it is: those of its own namespace, and what a ReferenceGrant lets a Gateway of the Gateway API name. */

import { configMapRoots, gatewayGroup, isCertificate, isGranted, type Resource } from '@weft/model';
import type { Context } from '../context.ts';
import { isTranslated } from '../translated/gateway-resources.ts';
import { configMapPrefix, namedObject } from './credential-names.ts';

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

/** Who names a credential: a Gateway; nothing: a DestinationRule or a Sidecar, which reach no other namespace. */
export type Referrer = Resource<'Gateway'> | undefined;

/** The Secret itself, for the cache; nothing for a proxy that shows no identity, or that may not have it. @param name "name", "ns/name". */
export function secretFor(context: Context, name: string, by: Referrer): Resource<'Secret'> | undefined {
  const { proxy, world } = context;
  const object = namedObject(name, proxy.namespace);
  if (proxy.serviceAccount === '' || !mayHave(context, 'Secret', object, by)) return undefined;
  return world.input.model.get('Secret', object.namespace, object.name);
}

function mayHave(
  { proxy, world }: Context,
  kind: string,
  object: ReturnType<typeof namedObject>,
  by: Referrer,
): boolean {
  if (object.namespace === proxy.namespace) return true;
  if (by === undefined || !mayBeGranted(by)) return false;
  const from = { group: gatewayGroup, kind: 'Gateway', namespace: by.namespace };
  return isGranted(world.input.model, from, { group: '', kind, ...object });
}

/** ReferenceGrants are of the Gateway API: no other resource is meant by them, whichever proxy it selects. */
export function mayBeGranted(by: Referrer): boolean {
  return by !== undefined && isTranslated(by);
}

export function credentialOf(secret: Resource<'Secret'>): Credential {
  const { data } = secret.spec;
  const read = (keys: readonly string[]): Uint8Array | undefined => {
    const value = keys.map((key) => data[key]).find((each) => each !== undefined && each !== '');
    return value === undefined ? undefined : new Uint8Array(Buffer.from(value, 'base64'));
  };
  return { chain: read(chainKeys), key: read(keyKeys), ca: read(caKeys), crl: read(crlKeys) };
}

export function holdsCertificate(context: Context, name: string, by: Referrer): boolean {
  const secret = secretFor(context, name, by);
  if (secret === undefined) return false;
  const { chain, key } = credentialOf(secret);
  // A listener must not fail over a file that is none.
  return chain !== undefined && key !== undefined && isCertificate(chain);
}

/** In the Secret "name-cacert", else in "name" itself; "configmap://ns/name" is a ConfigMap. */
export function rootSourceFor(
  context: Context,
  name: string,
  by: Referrer,
): Resource<'Secret'> | Resource<'ConfigMap'> | undefined {
  if (name.startsWith(configMapPrefix)) {
    const object = namedObject(name, context.proxy.namespace);
    if (!mayHave(context, 'ConfigMap', object, by)) return undefined;
    const map = context.world.input.model.get('ConfigMap', object.namespace, object.name);
    return map !== undefined && rootsOf(map).ca !== undefined ? map : undefined;
  }
  return [`${name}-cacert`, name]
    .map((each) => secretFor(context, each, by))
    .find((secret) => secret !== undefined && credentialOf(secret).ca !== undefined);
}

export function rootsOf(source: Resource<'Secret'> | Resource<'ConfigMap'>): Pick<Credential, 'ca' | 'crl'> {
  if (isSecret(source)) return credentialOf(source);
  const ca = configMapRoots(source);
  return { ca: ca === undefined ? undefined : new Uint8Array(Buffer.from(ca)), crl: undefined };
}

function isSecret(source: Resource<'Secret'> | Resource<'ConfigMap'>): source is Resource<'Secret'> {
  return source.kind === 'Secret';
}

export function holdsRoot(context: Context, name: string, by: Referrer): boolean {
  return rootSourceFor(context, name, by) !== undefined;
}
