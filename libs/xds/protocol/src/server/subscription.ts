/** What one stream wants of one type and what it was sent: the pure part of the protocol. */

import { createHash } from 'node:crypto';
import type { OpaqueResource, ResourcesByName, TypeStatus } from './types.ts';

export interface Subscription {
  readonly typeUrl: string;
  /** All resources of the type are wanted. */
  wildcard: boolean;
  /** Once a state-of-the-world stream has named resources, an empty list means none. */
  namedBefore: boolean;
  readonly names: Set<string>;
  /** Name → version the proxy was last told; '' where it was told that there is none. */
  readonly sent: Map<string, string>;
  /** Nonce of the last response; '' before the first. */
  nonce: string;
  /** The last response is neither acknowledged nor refused yet. */
  inFlight: boolean;
  /** A response is due even if it says nothing new. */
  answerDue: boolean;
  sentVersion: string;
  ackedVersion: string;
  error: string;
}

export interface Difference {
  readonly changed: readonly OpaqueResource[];
  readonly removed: readonly string[];
}

export const emptyResources: ResourcesByName = new Map();

export function createSubscription(typeUrl: string): Subscription {
  return {
    typeUrl,
    wildcard: false,
    namedBefore: false,
    names: new Set(),
    sent: new Map(),
    nonce: '',
    inFlight: false,
    answerDue: false,
    sentVersion: '',
    ackedVersion: '',
    error: '',
  };
}

/** What the proxy does not know yet. */
export function differenceOf(subscription: Subscription, resources: ResourcesByName): Difference {
  const { sent, names, wildcard } = subscription;
  const changed: OpaqueResource[] = [];
  const removed: string[] = [];
  if (wildcard) {
    for (const resource of resources.values()) if (sent.get(resource.name) !== resource.version) changed.push(resource);
    for (const [name, version] of sent) if (version !== '' && !resources.has(name)) removed.push(name);
  }
  for (const name of names) {
    const resource = resources.get(name);
    const known = sent.get(name);
    if (resource === undefined) {
      if (known !== '' && !(wildcard && known !== undefined)) removed.push(name);
    } else if (!wildcard && known !== resource.version) changed.push(resource);
  }
  return { changed, removed };
}

/** Remembers that the proxy was told `difference`. */
export function markSent(subscription: Subscription, difference: Difference): void {
  for (const { name, version } of difference.changed) subscription.sent.set(name, version);
  for (const name of difference.removed) {
    if (subscription.names.has(name)) subscription.sent.set(name, '');
    else subscription.sent.delete(name);
  }
}

/** All that is wanted and exists: a state-of-the-world response of LDS and CDS. */
export function wantedOf(subscription: Subscription, resources: ResourcesByName): readonly OpaqueResource[] {
  if (subscription.wildcard) return [...resources.values()];
  const wanted: OpaqueResource[] = [];
  for (const name of subscription.names) {
    const resource = resources.get(name);
    if (resource !== undefined) wanted.push(resource);
  }
  return wanted;
}

/** Takes the verdict on the response in flight. */
export function settle(subscription: Subscription, error: string | undefined): void {
  subscription.inFlight = false;
  subscription.error = error ?? '';
  if (error === undefined) subscription.ackedVersion = subscription.sentVersion;
}

export function statusOf(subscription: Subscription, resources: ResourcesByName): TypeStatus {
  const { nonce, inFlight, error, ackedVersion: version } = subscription;
  if (nonce === '') return { state: 'NOT SENT', version: '', error: '' };
  if (error !== '') return { state: 'ERROR', version, error };
  const { changed, removed } = differenceOf(subscription, resources);
  const state = inFlight || changed.length > 0 || removed.length > 0 ? 'STALE' : 'SYNCED';
  return { state, version, error: '' };
}

const typeVersions = new WeakMap<ResourcesByName, string>();

/** A version of the whole type: equal resources, equal version, whatever their order. */
export function typeVersionOf(resources: ResourcesByName): string {
  let version = typeVersions.get(resources);
  if (version === undefined) {
    const hash = createHash('sha256');
    for (const name of [...resources.keys()].sort()) hash.update(`${name}\0${resources.get(name)?.version ?? ''}\n`);
    version = hash.digest('hex').slice(0, 16);
    typeVersions.set(resources, version);
  }
  return version;
}
