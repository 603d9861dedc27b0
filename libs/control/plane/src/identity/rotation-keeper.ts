/** Carries a root rotation from "all trust the new root" to "the new root signs", and says who still has to follow. */

import type { Authority, IssuedCertificates } from '@weft/control-ca';
import type { Snapshot } from '@weft/control-compiler';
import { defaultRegistryLimits } from '@weft/control-registry';
import { type Cancel, type Clock, WeftError } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import { xdsTypes } from '@weft/xds-protocol';
import type { ProxyStatus } from '../operator-api/operator-view.ts';

/** How often it is looked whether all have followed, milliseconds. */
export const lookMs = 250;
/** Shortest time that a new root is only trusted: what is on its way arrives. */
export const settleMs = 1_000;
/** How long after the start of a process its proxies may take to come back: until then those that are here are not all. */
export const returnMs = defaultRegistryLimits.reconnectGraceMs;

export interface RotationKeeperOptions {
  readonly authority: Authority;
  readonly issued: IssuedCertificates;
  readonly trustDomain: string;
  readonly clock: Clock;
  readonly logger: Logger;
  proxies(): readonly ProxyStatus[];
  /** Ids of proxies that were here a moment ago, or in the last run, and are expected back: what they trust is not known. */
  absent(): readonly string[];
  snapshot(proxyId: string): Snapshot | undefined;
}

export interface RotationKeeper {
  /** Ids of proxies that have not taken the roots of now, hold no certificate under the root that signs, or are expected back. */
  waitingFor(): readonly string[];
  /** @param force also where proxies have not followed: their requests will fail. @throws WeftError rotation_refused. */
  finish(force: boolean): Promise<void>;
  stop(): void;
}

export function createRotationKeeper(options: RotationKeeperOptions): RotationKeeper {
  const { authority, issued, clock, logger } = options;

  const hasRoots = ({ id, types }: ProxyStatus): boolean => {
    const secret = options.snapshot(id)?.resources.get(xdsTypes.SDS)?.get('ROOTCA');
    const sent = secret !== undefined && Buffer.from(secret.bytes).includes(authority.rootsPem());
    return sent && types.SDS.state === 'SYNCED';
  };

  /** Several proxies share an identity: it has followed when it was certified as often as it is connected. */
  const uncertified = (proxies: readonly ProxyStatus[]): readonly string[] => {
    const signing = authority.issuers()[0]?.id;
    const certified = new Map<string, number>();
    for (const { uri, issuer } of issued.live()) {
      if (issuer === signing) certified.set(uri, (certified.get(uri) ?? 0) + 1);
    }
    return proxies.flatMap(({ id, namespace, serviceAccount }) => {
      const uri = `spiffe://${options.trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
      const left = certified.get(uri) ?? 0;
      certified.set(uri, left - 1);
      return left > 0 ? [] : [id];
    });
  };

  const waitingFor = (): readonly string[] => {
    const { phase } = authority.phase();
    if (phase === 'steady') return [];
    // A proxyless gRPC client has its roots from elsewhere, a stream in clear text has no identity.
    const judged = options.proxies().filter(({ type, serviceAccount }) => type !== 'grpc' && serviceAccount !== '');
    const without = judged.filter((proxy) => !hasRoots(proxy)).map(({ id }) => id);
    const uncertain = phase === 'trusting' ? [] : uncertified(judged);
    return [...new Set([...without, ...uncertain, ...options.absent()])];
  };

  /** Of a rotation that an earlier run began: not all proxies of that run are on record. */
  const startedAtMs = authority.phase().phase === 'steady' ? Number.NEGATIVE_INFINITY : clock.now();
  const returning = (): boolean => clock.now() - startedAtMs < returnMs;

  let switching = false;
  const cancel: Cancel = clock.every(lookMs, () => {
    const { phase, sinceMs } = authority.phase();
    if (switching || phase !== 'trusting' || returning() || clock.now() - sinceMs < settleMs) return;
    if (waitingFor().length > 0) return;
    switching = true;
    authority
      .switchIssuer()
      .then(
        () => logger.info('all proxies trust the new root: it signs from now on'),
        (error: unknown) => logger.error({ err: error }, 'the new root could not be put in force'),
      )
      .finally(() => {
        switching = false;
      });
  });

  return {
    waitingFor,
    async finish(force) {
      const waiting = waitingFor();
      const { phase } = authority.phase();
      if (!force && phase === 'trusting') {
        throw new WeftError(
          'rotation_refused',
          'the new root does not sign yet: weft ca status shows who has not taken it',
        );
      }
      if (!force && phase !== 'steady' && returning()) {
        throw new WeftError(
          'rotation_refused',
          `the control plane has just started, and proxies are still on their way back: try again in ${returnMs / 1000} s`,
        );
      }
      if (!force && waiting.length > 0) {
        throw new WeftError('rotation_refused', `not every proxy has a certificate of the new root: ${shown(waiting)}`);
      }
      if (phase === 'trusting') await authority.switchIssuer();
      await authority.finishRotation();
    },
    stop: cancel,
  };
}

function shown(ids: readonly string[]): string {
  const [first = ''] = ids;
  return ids.length === 1 ? first : `${first} and ${ids.length - 1} more`;
}
