/** The way to endpoints, one for the whole proxy: dialling, pools, gathered writes, and the small requests of filters. */

import type { Callouts } from '@weft/data-runtime';
import { createDialer, createUpstreamPools, type Dialer, FlushQueue, type UpstreamPools } from '@weft/data-upstream';
import { parseSpiffeId } from '@weft/identity';
import type { Clock } from '@weft/kernel';
import { createClientTls, type TlsSecrets } from '@weft/tls';
import { createCallouts } from './http/callouts.ts';

export interface UpstreamSide {
  readonly dialer: Dialer;
  readonly pools: UpstreamPools;
  /** Shared by the connections of both sides. */
  readonly flushes: FlushQueue;
  readonly callouts: Callouts;
}

export interface UpstreamSideOptions {
  readonly clock: Clock;
  readonly secrets: TlsSecrets;
  /** SPIFFE URI of this proxy; nothing: not known yet. */
  readonly ownUri: () => string | undefined;
}

/** Used for identities that are expected by trust domain only, before this proxy knows its own. */
const defaultTrustDomain = 'cluster.local';

export function createUpstreamSide({ clock, secrets, ownUri }: UpstreamSideOptions): UpstreamSide {
  const flushes = new FlushQueue(clock);
  const dialer = createDialer({
    clock,
    tls: createClientTls(secrets, { clock }),
    get trustDomain() {
      return parseSpiffeId(ownUri() ?? '')?.trustDomain ?? defaultTrustDomain;
    },
  });
  const pools = createUpstreamPools({ clock, dialer, flushes });
  return { dialer, pools, flushes, callouts: createCallouts({ clock, pools }) };
}
