/** How fast one identity may ask for certificates: a bucket of tokens each, in a bounded table. */

import type { Clock } from '@weft/kernel';

/** Requests of one identity that are taken at once: a service account may have a thousand workloads that start together. */
export const issueBurstMax = 1_000;
/** And how many more are taken each second. */
export const issuesPerSecond = 20;
/** Identities that are counted at one time; the longest unseen goes first. */
const ratedIdentitiesMax = 10_000;

export interface IssueRate {
  /** False: too fast. */
  take(uri: string): boolean;
}

export function createIssueRate(
  clock: Clock,
  burst = issueBurstMax,
  perSecond = issuesPerSecond,
  identitiesMax = ratedIdentitiesMax,
): IssueRate {
  const buckets = new Map<string, { left: number; atMs: number }>();
  return {
    take(uri) {
      const now = clock.monotonic();
      const before = buckets.get(uri);
      const left =
        before === undefined ? burst : Math.min(burst, before.left + ((now - before.atMs) / 1000) * perSecond);
      buckets.delete(uri);
      if (before === undefined && buckets.size >= identitiesMax) {
        const [oldest] = buckets.keys();
        if (oldest !== undefined) buckets.delete(oldest);
      }
      buckets.set(uri, { left: Math.max(0, left >= 1 ? left - 1 : left), atMs: now });
      return left >= 1;
    },
  };
}
