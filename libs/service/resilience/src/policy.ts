/** What a policy is: something put around a call, which can be put around another policy. */

/** What a call is told by the policies around it. */
export interface CallContext {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** From 1. */
  readonly attempt: number;
  /** Clock milliseconds at which the caller stops waiting; Infinity without a deadline. */
  readonly expiresAt: number;
}

export type Call<T> = (context: CallContext) => Promise<T>;

export type Policy = <T>(call: Call<T>) => Call<T>;

/** One policy of many; the first is the outermost. */
export function composePolicies(...policies: readonly Policy[]): Policy {
  return <T>(call: Call<T>): Call<T> => policies.reduceRight<Call<T>>((inner, policy) => policy(inner), call);
}

/** Makes one call under a policy. @param signal ends it early. */
export function runUnder<T>(policy: Policy, call: Call<T>, signal?: AbortSignal): Promise<T> {
  return policy(call)({
    signal: signal ?? new AbortController().signal,
    attempt: 1,
    expiresAt: Number.POSITIVE_INFINITY,
  });
}
