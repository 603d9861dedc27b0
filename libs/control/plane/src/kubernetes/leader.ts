/** One of several replicas leads: a Lease of coordination.k8s.io/v1 says which. */

import type { ApiClient } from '@weft/control-sources';
import type { Cancel, Clock, Random } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';

export const leaseTimes = {
  /** A leader that did not renew for so long is one no more. */
  durationMs: 15_000,
  /** A leader that could not renew for so long stops to lead, before another may begin. */
  renewWithinMs: 10_000,
  retryMs: 2_000,
} as const;

export interface LeaderOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  readonly name: string;
  /** Ours; unique among the replicas. */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly onChange: (leading: boolean) => void;
}

export interface Leader {
  leading(): boolean;
  start(): void;
  /** Gives the lease back, so that another leads at once. */
  stop(): Promise<void>;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseTransitions?: number;
  readonly renewTime?: string;
  readonly acquireTime?: string;
  readonly leaseDurationSeconds?: number;
}

interface Lease {
  readonly metadata: { readonly resourceVersion?: string; readonly name: string };
  readonly spec?: LeaseSpec;
}

export function createLeader(options: LeaderOptions): Leader {
  const { client, identity, clock, random, logger, onChange } = options;
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${options.namespace}/leases`;
  const path = `${collection}/${options.name}`;
  let leads = false;
  let stopped = false;
  let renewedAt = 0;
  let cancel: Cancel = () => {};
  let round: Promise<void> = Promise.resolve();
  /** What the lease last said, and since when by our own clock: clocks of replicas differ. */
  let seen: { readonly version: string | undefined; readonly at: number } | undefined;

  const set = (next: boolean): void => {
    if (leads === next) return;
    leads = next;
    logger.info({ identity }, next ? 'this replica leads' : 'this replica leads no more');
    onChange(next);
  };

  const specOf = (before: LeaseSpec | undefined): LeaseSpec => {
    const now = new Date(clock.now()).toISOString().replace('Z', '000Z');
    const mine = before?.holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: leaseTimes.durationMs / 1000,
      renewTime: now,
      acquireTime: (mine ? before.acquireTime : undefined) ?? now,
      leaseTransitions: (before?.leaseTransitions ?? 0) + (mine || before === undefined ? 0 : 1),
    };
  };

  const isFree = (lease: Lease): boolean => {
    const holder = lease.spec?.holderIdentity ?? '';
    if (holder === '' || holder === identity) return true;
    if (seen === undefined || seen.version !== lease.metadata.resourceVersion) {
      seen = { version: lease.metadata.resourceVersion, at: clock.monotonic() };
    }
    return clock.monotonic() - seen.at >= leaseTimes.durationMs;
  };

  /** @returns whether the lease is ours now; undefined where nobody can tell. */
  const tryOnce = async (): Promise<boolean | undefined> => {
    const found = await client.request({ method: 'GET', path });
    if (!found.ok && found.status === 404) {
      const metadata = { name: options.name, namespace: options.namespace };
      const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: specOf(undefined) };
      return (await client.request({ method: 'POST', path: collection, body })).ok || undefined;
    }
    if (!found.ok) return undefined;
    const lease = found.body as Lease;
    if (!isFree(lease)) return false;
    // The version in it makes the write fail where another was faster.
    const written = await client.request({ method: 'PUT', path, body: { ...lease, spec: specOf(lease.spec) } });
    if (written.ok) return true;
    return written.status === 409 ? false : undefined;
  };

  const turn = async (): Promise<void> => {
    const ours = await tryOnce();
    if (stopped) return;
    if (ours === true) renewedAt = clock.monotonic();
    if (ours === true) set(true);
    else if (ours === false || clock.monotonic() - renewedAt > leaseTimes.renewWithinMs) set(false);
    cancel = clock.after(leaseTimes.retryMs * (0.75 + random() / 2), next);
  };
  const next = (): void => {
    round = turn();
  };

  return {
    leading: () => leads,
    start: next,
    async stop() {
      stopped = true;
      cancel();
      await round;
      if (!leads) return;
      set(false);
      const found = await client.request({ method: 'GET', path });
      const lease = found.ok ? (found.body as Lease) : undefined;
      if (lease?.spec?.holderIdentity !== identity) return;
      await client.request({ method: 'PUT', path, body: { ...lease, spec: { ...lease.spec, holderIdentity: '' } } });
    },
  };
}
