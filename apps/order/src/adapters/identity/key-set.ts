/** The user service's public keys: fetched when needed, kept, fetched again for a key that is not among them. */

import type { Clock } from '@weft/kernel';
import { type HttpClient, httpAddress, ServiceError, type ServiceTools } from '@weft/service-kit';
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';

export interface KeySetOptions {
  readonly http: HttpClient;
  readonly userUrl: URL;
  readonly discovery: ServiceTools<unknown>['discovery'];
  readonly clock: Clock;
}

export interface KeySet {
  /**
   * The keys, with `kid` among them if the user service has it.
   * @throws ServiceError `dependency_unavailable`, `dependency_timeout` when there are no keys at all
   */
  keysFor(kid: string): Promise<JSONWebKeySet>;
}

/** Strangers' key ids cause at most one fetch in this time. */
export const refetchCooldownMs = 10_000;
/** A failed fetch is not repeated for this long. */
export const failureCooldownMs = 500;
export const keysMax = 16;
const fetchTimeoutMs = 3000;

const jwks = z.object({
  keys: z
    .array(z.looseObject({ kty: z.literal('EC'), crv: z.literal('P-256'), kid: z.string(), x: z.string(), y: z.string() }))
    .max(keysMax),
});

export function createKeySet({ http, userUrl, discovery, clock }: KeySetOptions): KeySet {
  const empty: JSONWebKeySet = { keys: [] };
  let known: JSONWebKeySet = empty;
  let fetching: Promise<void> | undefined;
  let nextFetchAt = 0;
  let lastFailure: unknown;

  const fetchKeys = async (): Promise<void> => {
    try {
      const base = await httpAddress(userUrl, discovery);
      const answer = await http.get(new URL('/.well-known/jwks.json', base), { timeoutMs: fetchTimeoutMs });
      if (answer.status !== 200) {
        throw new ServiceError('dependency_unavailable', { detail: `the user service answered ${answer.status}` });
      }
      known = parseKeys(answer.body);
      lastFailure = undefined;
      nextFetchAt = clock.monotonic() + refetchCooldownMs;
    } catch (error) {
      lastFailure = error;
      nextFetchAt = clock.monotonic() + failureCooldownMs;
    } finally {
      fetching = undefined;
    }
  };

  return {
    async keysFor(kid) {
      const isKnown = known.keys.some((key) => key.kid === kid);
      if (!isKnown && (fetching !== undefined || clock.monotonic() >= nextFetchAt)) {
        fetching ??= fetchKeys();
        await fetching;
      }
      if (known === empty) throw lastFailure ?? new ServiceError('dependency_unavailable');
      return known;
    },
  };
}

function parseKeys(body: string): JSONWebKeySet {
  try {
    return jwks.parse(JSON.parse(body));
  } catch (error) {
    throw new ServiceError('dependency_unavailable', { detail: "the user service's keys cannot be read", cause: error });
  }
}
