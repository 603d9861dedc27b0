/** What one stream wants of one type and what it was told: the pure part of the protocol. */

import { createHash } from 'node:crypto';
import { type Batch, differencesBetween, layersOf } from './map-difference.ts';
import { noNames } from './name-sets.ts';
import type { OpaqueResource, ResourcesByName, TypeStatus } from './types.ts';

export interface Subscription {
  readonly typeUrl: string;
  /** All resources of the type are wanted. */
  wildcard: boolean;
  /** Once a state-of-the-world stream has named resources, an empty list means none. */
  namedBefore: boolean;
  /** Never changed in place: streams share them. */
  names: ReadonlySet<string>;
  /** What the proxy was told, but for `exceptions`: of each wanted name, this or that there is none. Absent: nothing. */
  told: ResourcesByName | undefined;
  /** Name → version the proxy knows, '' where it was told that there is none, undefined where it knows nothing. */
  readonly exceptions: Map<string, string | undefined>;
  /** Gone, but kept alive at the proxy until nothing uses them any more. */
  readonly held: Map<string, OpaqueResource | undefined>;
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
  readonly batches: readonly Batch[];
  readonly removed: readonly string[];
}

export const emptyResources: ResourcesByName = new Map();
const noDifference: Difference = { batches: [], removed: [] };

export function createSubscription(typeUrl: string): Subscription {
  return {
    typeUrl,
    wildcard: false,
    namedBefore: false,
    names: noNames,
    told: undefined,
    exceptions: new Map(),
    held: new Map(),
    nonce: '',
    inFlight: false,
    answerDue: false,
    sentVersion: '',
    ackedVersion: '',
    error: '',
  };
}

export function isNews({ batches, removed }: Difference): boolean {
  return batches.length > 0 || removed.length > 0;
}

export function countOf({ batches }: Pick<Difference, 'batches'>): number {
  return batches.reduce((sum, { resources }) => sum + resources.length, 0);
}

/** What the proxy does not know yet. Costs what changed, not what there is. */
export function differenceOf(subscription: Subscription, resources: ResourcesByName): Difference {
  const { told, exceptions, names, wildcard } = subscription;
  if (told === resources && exceptions.size === 0) return noDifference;
  const batches: Batch[] = [];
  const removed: string[] = [];
  if (told !== resources) addChanges(subscription, resources, batches, removed);
  const single: OpaqueResource[] = [];
  for (const [name, version] of exceptions) {
    const named = names.has(name);
    if (!wildcard && !named) continue;
    const resource = resources.get(name);
    if (resource !== undefined) {
      if (resource.version !== version) single.push(resource);
    } else if (version === undefined ? named : version !== '') removed.push(name);
  }
  if (single.length > 0) batches.push({ resources: single, shared: false });
  return { batches, removed };
}

function addChanges(subscription: Subscription, resources: ResourcesByName, batches: Batch[], removed: string[]): void {
  const { told, exceptions, names, wildcard } = subscription;
  const all = wildcard && exceptions.size === 0;
  const wanted = (name: string): boolean => !exceptions.has(name) && (wildcard || names.has(name));
  for (const part of differencesBetween(told, resources)) {
    const { changed } = part;
    // Few names among many changes: the names are looked up, not the changes.
    const few = !wildcard && names.size * 4 < changed.resources.length;
    const kept = all
      ? changed
      : few
        ? lookedUp(subscription, changed, resources)
        : changed.resources.every(({ name }) => wanted(name))
          ? changed
          : { resources: changed.resources.filter(({ name }) => wanted(name)), shared: false };
    if (kept.resources.length > 0) batches.push(kept);
    for (const name of part.removed) if (wanted(name) && !resources.has(name)) removed.push(name);
  }
  if (told !== undefined) return;
  for (const name of names) if (!exceptions.has(name) && !resources.has(name)) removed.push(name);
}

function lookedUp({ names, exceptions, told }: Subscription, changed: Batch, resources: ResourcesByName): Batch {
  const layer = layersOf(resources).length > 1 ? new Set(changed.resources) : undefined;
  const found: OpaqueResource[] = [];
  for (const name of names) {
    if (exceptions.has(name)) continue;
    const resource = resources.get(name);
    if (resource === undefined || told?.get(name)?.version === resource.version) continue;
    if (layer === undefined || layer.has(resource)) found.push(resource);
  }
  return { resources: found, shared: false };
}

/** Remembers that the proxy was told all of `resources` that it wants, but for removals that are held back. */
export function markTold(subscription: Subscription, resources: ResourcesByName, heldBack: readonly string[]): void {
  const { exceptions, held } = subscription;
  const kept = heldBack.map((name) => [name, knownVersion(subscription, name), lastOf(subscription, name)] as const);
  subscription.told = resources;
  exceptions.clear();
  held.clear();
  for (const [name, version, resource] of kept) {
    exceptions.set(name, version);
    held.set(name, resource);
  }
}

/** As `Subscription.exceptions`. */
export function knownVersion({ told, exceptions, names }: Subscription, name: string): string | undefined {
  if (exceptions.has(name)) return exceptions.get(name);
  if (told === undefined) return undefined;
  return told.get(name)?.version ?? (names.has(name) ? '' : undefined);
}

/** True where the proxy has a resource of that name. */
export function isKnown(subscription: Subscription, name: string): boolean {
  return (knownVersion(subscription, name) ?? '') !== '';
}

function lastOf({ told, held }: Subscription, name: string): OpaqueResource | undefined {
  return held.get(name) ?? told?.get(name);
}

/** The proxy is to be told of `name` again. */
export function forget(subscription: Subscription, name: string): void {
  if (subscription.told !== undefined || subscription.exceptions.has(name))
    subscription.exceptions.set(name, undefined);
}

/** All are wanted from now on: what was told was told of the names only. */
export function widen(subscription: Subscription): void {
  if (subscription.wildcard) return;
  const { names, exceptions } = subscription;
  const known = [...names].map((name) => [name, knownVersion(subscription, name)] as const);
  subscription.wildcard = true;
  subscription.told = undefined;
  exceptions.clear();
  for (const [name, version] of known) exceptions.set(name, version);
}

/** All that is wanted and exists: a state-of-the-world response of LDS and CDS. */
export function wantedOf(subscription: Subscription, resources: ResourcesByName): readonly Batch[] {
  const held = [...subscription.held.values()].filter((resource) => resource !== undefined);
  const kept: readonly Batch[] = held.length === 0 ? [] : [{ resources: held, shared: false }];
  if (subscription.wildcard) {
    return [...differencesBetween(undefined, resources).map(({ changed }) => changed), ...kept];
  }
  const wanted: OpaqueResource[] = [];
  for (const name of subscription.names) {
    const resource = resources.get(name);
    if (resource !== undefined) wanted.push(resource);
  }
  return [{ resources: wanted, shared: false }, ...kept];
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
  const state = inFlight || isNews(differenceOf(subscription, resources)) ? 'STALE' : 'SYNCED';
  return { state, version, error: '' };
}

/** Two sums of 48 bits: of a resource, or of all of a map in whatever order. */
type Sums = readonly [number, number];

const lane = 2 ** 48;
const resourceSums = new WeakMap<OpaqueResource, Sums>();
const mapSums = new WeakMap<ResourcesByName, Sums>();

/** A version of the whole type: equal resources, equal version, whatever their order. */
export function typeVersionOf(resources: ResourcesByName): string {
  const [left, right] = layersOf(resources).map(sumOfMap).reduce(add, [0, 0]);
  return `${left.toString(16).padStart(12, '0')}${right.toString(16).padStart(12, '0')}`;
}

function sumOfMap(resources: ResourcesByName): Sums {
  let sums = mapSums.get(resources);
  if (sums === undefined) {
    sums = [0, 0];
    for (const resource of resources.values()) sums = add(sums, sumOf(resource));
    mapSums.set(resources, sums);
  }
  return sums;
}

function sumOf(resource: OpaqueResource): Sums {
  let sums = resourceSums.get(resource);
  if (sums === undefined) {
    const digest = createHash('sha256').update(`${resource.name}\0${resource.version}`).digest();
    sums = [digest.readUIntBE(0, 6), digest.readUIntBE(6, 6)];
    resourceSums.set(resource, sums);
  }
  return sums;
}

function add([a, b]: Sums, [c, d]: Sums): Sums {
  return [(a + c) % lane, (b + d) % lane];
}
