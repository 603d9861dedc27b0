/** The providers of one filter, compiled. */

import { type FilterContext, refuse } from '@weft/data-runtime';
import type { JwtProvider } from '@weft/xds-messages/envoy/extensions/filters/http/jwt_authn/v3/config';
import { type CacheCounters, type Checker, createChecker } from './checker.ts';
import { claimedHeaders } from './effects.ts';
import { createLocalJwks, type FetchCounters, type JwksStore, type RemoteStores } from './jwks-store.ts';
import { compileLocations, type TokenLocation } from './locations.ts';

export interface Provider {
  readonly issuer: string;
  readonly forward: boolean;
  readonly locations: readonly TokenLocation[];
  readonly store: JwksStore;
  readonly checker: Checker;
  /** Headers that a client must not say itself. */
  readonly claimed: readonly string[];
  /** failed_status_in_metadata; empty: none. */
  readonly failedKey: string;
}

export interface Providers {
  /** @param audiences instead of the provider's own. @throws WeftError `config_rejected` for an unknown name. */
  named(name: string, audiences: readonly string[] | undefined, where: string): Provider;
  /** In the order of their names. */
  all(): readonly Provider[];
  /** A verified token may change the route. */
  readonly clearRouteCache: boolean;
}

/** @throws WeftError `config_rejected` */
export function compileProviders(
  messages: Readonly<Record<string, JwtProvider>>,
  context: Pick<FilterContext, 'clusterRef'>,
  remoteStores: RemoteStores,
  counters: FetchCounters & CacheCounters,
  where: string,
): Providers {
  const compiled = new Map<string, Provider>();
  for (const [name, message] of Object.entries(messages).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const at = `${where}: provider ${name}`;
    const store = compileStore(message, context, remoteStores, counters, at);
    compiled.set(name, {
      issuer: message.issuer,
      forward: message.forward,
      locations: compileLocations(message),
      store,
      checker: createChecker(message, message.audiences, store, counters, at),
      claimed: claimedHeaders(message),
      failedKey: message.failedStatusInMetadata,
    });
  }
  return {
    clearRouteCache: Object.values(messages).some(({ clearRouteCache }) => clearRouteCache),
    all: () => [...compiled.values()],
    named(name, audiences, at) {
      const provider = compiled.get(name);
      const message = messages[name];
      if (provider === undefined || message === undefined) refuse(at, `provider ${name} is not known`);
      if (audiences === undefined || audiences.length === 0) return provider;
      return { ...provider, checker: createChecker(message, audiences, provider.store, counters, at) };
    },
  };
}

function compileStore(
  message: JwtProvider,
  context: Pick<FilterContext, 'clusterRef'>,
  remoteStores: RemoteStores,
  counters: FetchCounters,
  where: string,
): JwksStore {
  const source = message.jwksSourceSpecifier;
  if (source.case === 'localJwks') {
    const { specifier } = source.value;
    if (specifier.case === 'inlineString') return createLocalJwks(specifier.value, where);
    if (specifier.case === 'inlineBytes') return createLocalJwks(Buffer.from(specifier.value).toString('utf8'), where);
    return refuse(where, 'local_jwks: only inline_string and inline_bytes are supported');
  }
  if (source.case !== 'remoteJwks') return refuse(where, 'a provider has neither remote_jwks nor local_jwks');
  const upstream = source.value.httpUri?.httpUpstreamType;
  if (upstream?.case !== 'cluster') return refuse(where, 'remote_jwks.http_uri has no cluster');
  return remoteStores(source.value, context.clusterRef(upstream.value), counters, `${where}: remote_jwks`);
}
