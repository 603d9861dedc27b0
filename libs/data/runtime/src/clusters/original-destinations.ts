/** The endpoints of an ORIGINAL_DST cluster: made for the addresses that clients wanted, gone when nobody wants them. */

import type { Cancel, Clock } from '@weft/kernel';
import { unknownWorkload } from '../metadata.ts';
import type { Endpoint } from '../tables/cluster.ts';
import type { OriginalDestinationSpec } from './discovery.ts';
import { LivingEndpoint } from './living-endpoint.ts';
import { sameTls } from './same-tls.ts';
import type { Transport } from './transport.ts';

/** Endpoints of one cluster. When all are in use no more are made. */
export const originalDestinationsMax = 4_096;

type TlsFor = Transport['tlsFor'];

export interface OriginalDestinationsOptions {
  readonly spec: OriginalDestinationSpec;
  readonly clock: Clock;
  readonly tlsFor: TlsFor;
  onChange(endpoints: readonly LivingEndpoint[], gone: readonly LivingEndpoint[]): void;
}

export class OriginalDestinations {
  readonly #options: OriginalDestinationsOptions;
  readonly #byAddress = new Map<string, LivingEndpoint>();
  /** Asked for since the last clean-up. */
  readonly #used = new Set<LivingEndpoint>();
  #tlsFor: TlsFor;
  #cancel: Cancel | undefined;

  constructor(options: OriginalDestinationsOptions) {
    this.#options = options;
    this.#tlsFor = options.tlsFor;
  }

  /** Connections are secured in another way from here on. */
  secure(tlsFor: TlsFor): void {
    this.#tlsFor = tlsFor;
    for (const endpoint of this.#byAddress.values()) endpoint.tls = sameTls(endpoint.tls, tlsFor({}));
  }

  /** @param address "10.0.0.1:80" or "[::1]:80". @returns nothing where it is none, or where there is no room. */
  at(address: string): Endpoint | undefined {
    const { port: override } = this.#options.spec;
    const key = override === 0 ? address : `${address.slice(0, address.lastIndexOf(':'))}:${override}`;
    const endpoint = this.#byAddress.get(key) ?? this.#make(key);
    if (endpoint !== undefined) this.#used.add(endpoint);
    return endpoint;
  }

  get(hostPort: string): LivingEndpoint | undefined {
    return this.#byAddress.get(hostPort);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const gone = [...this.#byAddress.values()];
    this.#byAddress.clear();
    this.#used.clear();
    if (gone.length > 0) this.#options.onChange([], gone);
  }

  #make(hostPort: string): LivingEndpoint | undefined {
    const at = parseHostPort(hostPort);
    if (at === undefined) return undefined;
    if (this.#byAddress.size >= originalDestinationsMax) this.#cleanUp();
    if (this.#byAddress.size >= originalDestinationsMax) return undefined;
    const { clock, onChange, spec } = this.#options;
    const made = new LivingEndpoint({ ...blank, ...at }, clock.monotonic(), false);
    made.tls = this.#tlsFor({});
    this.#byAddress.set(hostPort, made);
    this.#cancel ??= clock.every(spec.cleanUpMs, () => this.#cleanUp());
    onChange([...this.#byAddress.values()], []);
    return made;
  }

  /** Who was not asked for since the last time and carries nothing goes. */
  #cleanUp(): void {
    const gone: LivingEndpoint[] = [];
    for (const [key, endpoint] of this.#byAddress) {
      if (this.#used.has(endpoint) || endpoint.active > 0) continue;
      this.#byAddress.delete(key);
      gone.push(endpoint);
    }
    this.#used.clear();
    if (this.#byAddress.size === 0) {
      this.#cancel?.();
      this.#cancel = undefined;
    }
    if (gone.length > 0) this.#options.onChange([...this.#byAddress.values()], gone);
  }
}

const blank = {
  hostname: '',
  weight: 1,
  priority: 0,
  locality: '',
  localityWeight: 0,
  lbMetadata: {},
  healthy: true,
  degraded: false,
  workload: unknownWorkload,
  check: { port: 0, address: '', hostname: '', disabled: false },
  transportMatch: {},
};

function parseHostPort(text: string): { readonly address: string; readonly port: number } | undefined {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  const host = text.slice(0, colon);
  const address = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (address === '' || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  return { address, port };
}
