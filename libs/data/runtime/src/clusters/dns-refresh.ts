/** Keeps the endpoints of a DNS cluster at what its names resolve to. */

import type { Cancel, Clock } from '@weft/kernel';
import { dnsAddressesMax } from '../limits.ts';
import type { EndpointSpec } from './assignment.ts';

/** IP addresses of a name; empty where it has none. Rejects when it cannot be told. */
export type ResolveDns = (host: string) => Promise<readonly string[]>;

export interface DnsRefreshOptions {
  readonly endpoints: readonly EndpointSpec[];
  readonly refreshMs: number;
  readonly resolve: ResolveDns;
  readonly clock: Clock;
  /** All endpoints, after each round in which a name resolved. */
  onResolved(endpoints: readonly EndpointSpec[]): void;
}

/**
 * Resolves at once and then every `refreshMs` after the answer. A name that fails keeps the addresses it had.
 * @returns stops it.
 */
export function startDnsRefresh(options: DnsRefreshOptions): Cancel {
  const { endpoints, clock } = options;
  const held = new Map<EndpointSpec, readonly EndpointSpec[]>();
  let stopped = false;
  let cancel: Cancel = () => {};

  const resolveOne = async (spec: EndpointSpec): Promise<void> => {
    try {
      const addresses = await options.resolve(spec.address);
      held.set(
        spec,
        addresses.slice(0, dnsAddressesMax).map((address) => ({ ...spec, address })),
      );
    } catch {
      // What was known stays: a name server that is away is no reason to lose a working address.
    }
  };
  const round = (): void => {
    void Promise.all(endpoints.map(resolveOne)).then(() => {
      if (stopped) return;
      options.onResolved(endpoints.flatMap((spec) => held.get(spec) ?? []));
      cancel = clock.after(options.refreshMs, round);
    });
  };
  round();
  return () => {
    stopped = true;
    cancel();
  };
}
