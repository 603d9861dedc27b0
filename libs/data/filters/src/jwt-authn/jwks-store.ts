/** The keys of a provider: given inline, or fetched from a key server and kept for a while. */

import { toJsonString } from '@bufbuild/protobuf';
import { type Callouts, type Cluster, milliseconds, type Ref, refuse } from '@weft/data-runtime';
import type { Clock, Random } from '@weft/kernel';
import type { Counter } from '@weft/telemetry';
import {
  type RemoteJwks,
  RemoteJwksSchema,
} from '@weft/xds-messages/envoy/extensions/filters/http/jwt_authn/v3/config';
import { parseJwks, type VerifyKey } from './jwks.ts';

export interface JwksStore {
  /** Nothing: they must be fetched first, or are too old. */
  keys(): readonly VerifyKey[] | undefined;
  /** Counts fetches that brought keys: what was verified with older keys does not hold any more. */
  readonly generation: number;
  /** Fetches, or joins the fetch under way. @param settled called once, with or without keys, maybe at once. */
  fetch(settled: () => void): void;
}

export interface JwksStoreDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly callouts: Callouts;
}

export interface FetchCounters {
  readonly success: Counter;
  readonly failed: Counter;
}

/** Requests that wait for one fetch; more of them are judged without keys. */
export const waitersMax = 10_000;
/** Remote sets that outlive an update. */
export const remoteStoresMax = 128;
const cacheDurationMs = 600_000;
const fetchTimeoutMs = 1_000;
const retryBackOffMs = 1_000;
const retriesMax = 10;
/** From this share of the cache duration on, a new set is fetched while the old one is used (async_fetch). */
const refreshShare = 0.8;

/** @throws WeftError `config_rejected` for a set that does not parse. */
export function createLocalJwks(text: string, where: string): JwksStore {
  const keys = parseJwks(text);
  if (keys === undefined) refuse(where, 'local_jwks has no key that can be used');
  return { keys: () => keys, generation: 0, fetch: (settled) => settled() };
}

/** Makes the store of a remote set, or gives the one that was made for the same configuration before: updates fetch nothing anew. */
export type RemoteStores = (
  config: RemoteJwks,
  cluster: Ref<Cluster | undefined>,
  counters: FetchCounters,
  where: string,
) => JwksStore;

export function createRemoteStores(deps: JwksStoreDeps): RemoteStores {
  const stores = new Map<string, { readonly cluster: Ref<Cluster | undefined>; readonly store: JwksStore }>();
  return (config, cluster, counters, where) => {
    const key = toJsonString(RemoteJwksSchema, config);
    const known = stores.get(key);
    stores.delete(key);
    const entry =
      known !== undefined && known.cluster === cluster
        ? known
        : { cluster, store: createRemoteJwks(config, cluster, deps, counters, where) };
    stores.set(key, entry);
    if (stores.size > remoteStoresMax) stores.delete(stores.keys().next().value as string);
    return entry.store;
  };
}

/** @throws WeftError `config_rejected` */
function createRemoteJwks(
  config: RemoteJwks,
  cluster: Ref<Cluster | undefined>,
  deps: JwksStoreDeps,
  counters: FetchCounters,
  where: string,
): JwksStore {
  const { clock, callouts } = deps;
  const { authority, target, timeoutMs, keptMs, refetchMs, async, retries, baseMs, longestMs } = settingsOf(
    config,
    where,
  );
  let keys: readonly VerifyKey[] | undefined;
  let fetchedAt = 0;
  let triedAt = Number.NEGATIVE_INFINITY;
  let waiters: (() => void)[] | undefined;

  const settle = (found: readonly VerifyKey[] | undefined): void => {
    (found === undefined ? counters.failed : counters.success).add(1);
    if (found !== undefined) {
      keys = found;
      fetchedAt = clock.monotonic();
      store.generation += 1;
    }
    const waiting = waiters ?? [];
    waiters = undefined;
    for (const waiter of waiting) waiter();
  };
  const attempt = (left: number): void => {
    triedAt = clock.monotonic();
    const callout = {
      cluster,
      method: 'GET',
      authority,
      target,
      fields: [],
      body: Buffer.alloc(0),
      timeoutMs,
      grpc: false,
    };
    callouts.send(callout, (answer) => {
      const found = 'status' in answer && answer.status === 200 ? parseJwks(answer.body.toString('utf8')) : undefined;
      if (found !== undefined || left === 0) return settle(found);
      const ceiling = Math.min(longestMs, baseMs * 2 ** (retries - left));
      clock.after(deps.random() * ceiling, () => attempt(left - 1));
    });
  };
  const store = {
    generation: 0,
    keys() {
      if (keys === undefined) return undefined;
      const age = clock.monotonic() - fetchedAt;
      if (age >= keptMs) return undefined;
      const due = async && age >= keptMs * refreshShare && clock.monotonic() - triedAt >= refetchMs;
      if (due && waiters === undefined) store.fetch(() => {});
      return keys;
    },
    fetch(settled: () => void) {
      if (waiters !== undefined) {
        if (waiters.length < waitersMax) waiters.push(settled);
        else settled();
        return;
      }
      waiters = [settled];
      attempt(retries);
    },
  };
  if (async) store.fetch(() => {});
  return store;
}

function settingsOf({ httpUri, cacheDuration, asyncFetch, retryPolicy }: RemoteJwks, where: string) {
  const baseMs = milliseconds(retryPolicy?.retryBackOff?.baseInterval, retryBackOffMs);
  return {
    ...uriParts(httpUri?.uri ?? '', where),
    timeoutMs: milliseconds(httpUri?.timeout, fetchTimeoutMs),
    keptMs: milliseconds(cacheDuration, cacheDurationMs),
    refetchMs: milliseconds(asyncFetch?.failedRefetchDuration, 1_000),
    async: asyncFetch !== undefined,
    retries: Math.min(retriesMax, retryPolicy?.numRetries ?? (retryPolicy === undefined ? 0 : 1)),
    baseMs,
    longestMs: milliseconds(retryPolicy?.retryBackOff?.maxInterval, 10 * baseMs),
  };
}

/** Of an absolute http or https URI. TLS is the cluster's affair. */
function uriParts(uri: string, where: string): { readonly authority: string; readonly target: string } {
  const parts = /^https?:\/\/([^/?#]+)([^#]*)$/i.exec(uri);
  if (parts === null) return refuse(where, `uri ${JSON.stringify(uri)} is not valid`);
  const rest = parts[2] ?? '';
  return { authority: parts[1] ?? '', target: rest.startsWith('/') ? rest : `/${rest}` };
}
