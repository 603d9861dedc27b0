/** Keeps the endpoints of a DNS cluster at what its names resolve to. */

import type { Cancel, Clock } from '@weft/kernel';
import { dnsAddressesMax } from '../limits.ts';
import type { EndpointSpec } from './assignment.ts';
import type { DnsSpec } from './discovery.ts';

/** IP addresses of a name; empty where it has none. Rejects when it cannot be told. */
export type ResolveDns = (host: string) => Promise<readonly string[]>;

export interface DnsRefreshOptions {
  readonly spec: DnsSpec;
  readonly resolve: ResolveDns;
  readonly clock: Clock;
  /** All endpoints, after each round in which a name resolved. */
  onResolved(endpoints: readonly EndpointSpec[]): void;
}

/**
 * Resolves at once and then every `refreshMs` after the answer; after a round with a failure sooner or later, as the specification says.
 * A name that fails keeps the addresses it had. @returns stops it.
 */
export function startDnsRefresh(options: DnsRefreshOptions): Cancel {
  const { spec, clock } = options;
  const { endpoints } = spec.assignment;
  const held = new Map<EndpointSpec, readonly EndpointSpec[]>();
  let stopped = false;
  let failures = 0;
  let cancel: Cancel = () => {};

  const resolveOne = async (endpoint: EndpointSpec): Promise<boolean> => {
    try {
      const addresses = ofFamily(await options.resolve(endpoint.address), spec.family);
      const chosen = spec.logical ? oneOf(addresses, held.get(endpoint)?.[0]?.address) : addresses;
      held.set(
        endpoint,
        chosen.slice(0, dnsAddressesMax).map((address) => ({
          ...endpoint,
          address,
          // The name is what auto_host_rewrite and health checks are to say.
          hostname: endpoint.hostname || endpoint.address,
        })),
      );
      return true;
    } catch {
      // What was known stays: a name server that is away is no reason to lose a working address.
      return false;
    }
  };
  const round = (): void => {
    void Promise.all(endpoints.map(resolveOne)).then((resolved) => {
      if (stopped) return;
      failures = resolved.includes(false) ? failures + 1 : 0;
      if (resolved.includes(true)) options.onResolved(endpoints.flatMap((endpoint) => held.get(endpoint) ?? []));
      cancel = clock.after(waitMs(spec, failures), round);
    });
  };
  round();
  return () => {
    stopped = true;
    cancel();
  };
}

function waitMs(spec: DnsSpec, failures: number): number {
  if (failures === 0) return spec.refreshMs;
  return Math.min(spec.failureRefreshMaxMs, spec.failureRefreshMs * 2 ** Math.min(failures - 1, 30));
}

/** As Envoy: AUTO is IPv6 and, where there is none, IPv4. */
function ofFamily(addresses: readonly string[], family: DnsSpec['family']): readonly string[] {
  if (family === 'all') return addresses;
  const v6 = addresses.filter((address) => address.includes(':'));
  const v4 = addresses.filter((address) => !address.includes(':'));
  if (family === 'v4-only') return v4;
  if (family === 'v6-only') return v6;
  const [first, second] = family === 'auto' ? [v6, v4] : [v4, v6];
  return first.length > 0 ? first : second;
}

/** The address that is in use as long as the name has it. */
function oneOf(addresses: readonly string[], held: string | undefined): readonly string[] {
  return held !== undefined && addresses.includes(held) ? [held] : addresses.slice(0, 1);
}
