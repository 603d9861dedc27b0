/** The certificate authority: the only place that signs. It knows one CA, or two while the root is rotated. */

import type { Cancel } from '@weft/kernel';
import { lookAfter } from './authority-upkeep.ts';
import type { Issuer } from './issuer.ts';
import { type IssuersOptions, openIssuers } from './issuers-in-force.ts';
import {
  type IssuedCertificate,
  issueServerLeaf,
  issueWorkloadLeaf,
  leafLifeMaxMs,
  type RecognisedLeaf,
  recogniseLeaf,
  type ServerKeyPair,
} from './leaf-certificates.ts';
import { createRotation, type Rotation } from './rotation.ts';

/** How often it is looked whether something is due, milliseconds. */
export const upkeepMs = 60_000;

export interface Authority extends Rotation {
  /** PEM of the root that new certificates lead to. */
  readonly rootPem: string;
  /** PEM of all roots that are trusted now, the active one's first; the same text until it changes. */
  rootsPem(): string;
  /** The one that signs, then the one that is trusted besides it. */
  issuers(): readonly Issuer[];
  /** Told of every change of roots or issuers. */
  onChange(listener: () => void): Cancel;
  /**
   * Certifies the key of a request for a workload.
   * @param lifeMs wanted; 0 or less for the default.
   * @throws WeftError csr_invalid, also where more than the longest life is asked for.
   */
  issueWorkload(csrPem: string, spiffeId: string, lifeMs: number): Promise<IssuedCertificate>;
  /** Makes a key and a certificate for a TLS server of this process. */
  issueServer(dnsNames: readonly string[], addresses: readonly string[]): Promise<ServerKeyPair>;
  /** URI and serial of a leaf that this authority issued and that is valid now; nothing for any other. @param der the leaf. */
  recognise(der: Uint8Array): RecognisedLeaf | undefined;
  /** Renews what is due and takes changed files of `caDir`; called by a timer. Never throws. */
  upkeep(): Promise<void>;
  stop(): void;
}

export interface AuthorityOptions extends IssuersOptions {
  readonly leafLifeMaxMs?: number | undefined;
}

/** @throws WeftError state_invalid with one sentence that says what to do. */
export async function loadAuthority(options: AuthorityOptions): Promise<Authority> {
  const { clock, trustDomain } = options;
  const longestMs = options.leafLifeMaxMs ?? leafLifeMaxMs;
  const inForce = await openIssuers(options);
  const issuers = (): readonly Issuer[] => {
    const { active, other } = inForce.now();
    return other === undefined ? [active] : [active, other];
  };
  const upkeep = (): Promise<void> =>
    inForce
      .inTurn(() => lookAfter(inForce, options))
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        options.onNotice?.(`the CA could not be looked after: ${reason}`, error);
      });
  return {
    ...createRotation(inForce, trustDomain, clock),
    get rootPem() {
      return inForce.now().active.files.rootPem;
    },
    rootsPem: inForce.rootsPem,
    issuers,
    onChange: inForce.onChange,
    issueWorkload: (csrPem, spiffeId, lifeMs) =>
      issueWorkloadLeaf(inForce.now().active, { csrPem, spiffeId, lifeMs }, longestMs),
    issueServer: (dnsNames, addresses) => issueServerLeaf(inForce.now().active, dnsNames, addresses),
    recognise: (der) => recogniseLeaf(issuers(), der, clock.now()),
    upkeep,
    stop: clock.every(upkeepMs, () => void upkeep()),
  };
}
