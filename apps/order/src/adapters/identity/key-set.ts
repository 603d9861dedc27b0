/** The user service's public keys: fetched when needed, kept, fetched again for a key that is not among them. */

import type { Clock, Random } from '@weft/kernel';
import { type HttpClient, httpAddress, ServiceError, type ServiceTools } from '@weft/service-kit';
import { composePolicies, createRetryBudget, deadline, retry, runUnder } from '@weft/service-resilience';
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';

export interface KeySetOptions {
  readonly http: HttpClient;
  readonly userUrl: URL;
  readonly discovery: ServiceTools<unknown>['discovery'];
  readonly clock: Clock;
  readonly random: Random;
}

export interface KeySet {
  /**
   * The keys, with `kid` among them if the user service has it.
   * @throws ServiceError `dependency_unavailable` when there are no keys at all
   */
  keysFor(kid: string): Promise<JSONWebKeySet>;
}

/** Strangers' key ids cause at most one fetch in this time. */
export const refetchCooldownMs = 10_000;
/** A failed fetch is not repeated for this long. */
export const failureCooldownMs = 500;
/** Older keys are fetched again when they are next needed; they stay in use while that fails. */
export const keysAgeMaxMs = 10 * 60_000;
export const keysMax = 16;
const attemptTimeoutMs = 2000;
const fetchTimeoutMs = 5000;

const jwks = z.object({
  keys: z
    .array(
      z.looseObject({ kty: z.literal('EC'), crv: z.literal('P-256'), kid: z.string(), x: z.string(), y: z.string() }),
    )
    .max(keysMax),
});

export function createKeySet({ http, userUrl, discovery, clock, random }: KeySetOptions): KeySet {
  const empty: JSONWebKeySet = { keys: [] };
  let known: JSONWebKeySet = empty;
  let fetching: Promise<void> | undefined;
  let nextFetchAt = Number.NEGATIVE_INFINITY;
  let staleAt = Number.POSITIVE_INFINITY;
  let lastFailure: unknown;
  const policy = composePolicies(
    deadline({ timeoutMs: fetchTimeoutMs, clock }),
    retry({
      attemptsMax: 3,
      baseMs: 50,
      capMs: 500,
      budget: createRetryBudget({ ratio: 0.5, perSecondMin: 2, savedMax: 10, clock }),
      retryable: (error) => error instanceof ServiceError && error.row.retrySafe,
      clock,
      random,
    }),
  );

  const fetchOnce = async (): Promise<JSONWebKeySet> => {
    const base = await httpAddress(userUrl, discovery);
    const answer = await http.get(new URL('/.well-known/jwks.json', base), { timeoutMs: attemptTimeoutMs });
    if (answer.status === 200) return parseKeys(answer.body);
    throw new ServiceError('dependency_unavailable', { detail: `the user service answered ${answer.status}` });
  };

  const fetchKeys = async (): Promise<void> => {
    try {
      known = await runUnder(policy, fetchOnce);
      staleAt = clock.monotonic() + keysAgeMaxMs;
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
      const isKnown = known.keys.some((key) => key.kid === kid) && clock.monotonic() < staleAt;
      if (!isKnown && (fetching !== undefined || clock.monotonic() >= nextFetchAt)) {
        fetching ??= fetchKeys();
        await fetching;
      }
      if (known === empty) throw new ServiceError('dependency_unavailable', { cause: lastFailure });
      return known;
    },
  };
}

function parseKeys(body: string): JSONWebKeySet {
  try {
    return jwks.parse(JSON.parse(body));
  } catch (error) {
    throw new ServiceError('dependency_unavailable', {
      detail: "the user service's keys cannot be read",
      cause: error,
    });
  }
}
