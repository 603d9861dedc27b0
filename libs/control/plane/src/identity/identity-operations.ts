/** What an operator may ask of the CA: tokens, the state of trust, rotation, revocation. Each change is audited. */

import { X509Certificate } from 'node:crypto';
import { type TokenView, tokenTtlDefaultMs } from '@weft/control-ca';
import { formatSpiffeId, isSpiffeId, splitPem } from '@weft/identity';
import { WeftError } from '@weft/kernel';
import type { StateFolder } from '../state-folder.ts';
import type { RotationKeeper } from './rotation-keeper.ts';

export interface NewToken {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Name of a WorkloadGroup of the namespace. */
  readonly workloadGroup?: string | undefined;
  /** 1 where absent. */
  readonly uses?: number | undefined;
  /** 1 h where absent. */
  readonly ttlSeconds?: number | undefined;
}

export interface ShownToken {
  readonly id: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly workloadGroup: string;
  readonly uses: number;
  readonly usesLeft: number;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly state: string;
}

export interface CaStatus {
  readonly phase: string;
  /** RFC 3339; empty: there never was a rotation. */
  readonly since: string;
  readonly waitingFor: readonly string[];
  readonly roots: readonly {
    readonly subject: string;
    readonly fingerprint: string;
    readonly notAfter: string;
    readonly signs: boolean;
  }[];
  readonly issuing: { readonly subject: string; readonly notAfter: string };
  /** Not expired. */
  readonly certificates: number;
  readonly revoked: readonly { readonly spiffeId: string; readonly at: string; readonly reason: string }[];
  readonly revokedCertificates: number;
  /** Why revoked certificates are on no list; empty: they are, or there are none. */
  readonly listProblem: string;
}

/** All throw WeftError with one sentence. */
export interface IdentityOperations {
  createToken(wanted: NewToken): Promise<ShownToken & { readonly token: string }>;
  tokens(): readonly ShownToken[];
  /** False for an unknown id. */
  revokeToken(id: string): Promise<boolean>;
  caStatus(): CaStatus;
  startRotation(caDir?: string): Promise<CaStatus>;
  finishRotation(force: boolean): Promise<CaStatus>;
  /** @returns how many certificates are on the list now that were not. */
  revoke(namespace: string, serviceAccount: string, reason: string): Promise<number>;
  /** False where it was not revoked. */
  restore(namespace: string, serviceAccount: string): Promise<boolean>;
}

export interface IdentityOperationsOptions {
  readonly folder: StateFolder;
  readonly keeper: RotationKeeper;
  readonly trustDomain: string;
  /** An identity was revoked: its streams are to end. */
  onRevoked(namespace: string, serviceAccount: string): void;
}

export function createIdentityOperations(options: IdentityOperationsOptions): IdentityOperations {
  const { folder, keeper, trustDomain } = options;
  const { authority, book, issued, audit, trust } = folder;

  const uriOf = (namespace: string, serviceAccount: string): string => {
    const id = { trustDomain, namespace, serviceAccount };
    if (isSpiffeId(id)) return formatSpiffeId(id);
    throw new WeftError('token_invalid', `${namespace}/${serviceAccount} is not the name of a service account`);
  };

  const caStatus = (): CaStatus => {
    const { phase, sinceMs } = authority.phase();
    const issuing = authority.issuers()[0];
    const signing = new X509Certificate(authority.rootPem).fingerprint256;
    const ca = issuing === undefined ? undefined : new X509Certificate(issuing.files.caCertPem);
    return {
      phase,
      since: sinceMs === 0 ? '' : new Date(sinceMs).toISOString(),
      waitingFor: keeper.waitingFor(),
      roots: splitPem(authority.rootsPem()).map((pem) => {
        const root = new X509Certificate(pem);
        return {
          subject: lineOf(root.subject),
          fingerprint: root.fingerprint256,
          notAfter: isoOf(root.validTo),
          signs: root.fingerprint256 === signing,
        };
      }),
      issuing: { subject: lineOf(ca?.subject ?? ''), notAfter: ca === undefined ? '' : isoOf(ca.validTo) },
      certificates: issued.live().length,
      revoked: issued.revokedIdentities().map(({ uri, revokedAtMs, reason }) => ({
        spiffeId: uri,
        at: new Date(revokedAtMs).toISOString(),
        reason,
      })),
      revokedCertificates: issued.revokedCertificates().length,
      listProblem: trust.problem() ?? '',
    };
  };

  return {
    async createToken({ namespace, serviceAccount, workloadGroup = '', uses = 1, ttlSeconds }) {
      const spiffeId = uriOf(namespace, serviceAccount);
      const group = workloadGroup === '' ? '' : `${namespace}/${workloadGroup}`;
      const ttlMs = ttlSeconds === undefined ? tokenTtlDefaultMs : ttlSeconds * 1000;
      const { token, view } = await book.create({ namespace, serviceAccount, group, uses, ttlMs });
      audit.write({
        event: 'token created',
        spiffeId,
        token: view.id,
        notAfter: new Date(view.expiresAtMs).toISOString(),
      });
      return { ...shownToken(view), token };
    },
    tokens: () => book.list().map(shownToken),
    async revokeToken(id) {
      const known = await book.revoke(id);
      if (known) audit.write({ event: 'token revoked', token: id });
      return known;
    },
    caStatus,
    async startRotation(caDir) {
      await authority.startRotation(caDir);
      audit.write({ event: 'rotation', reason: 'a new root is trusted' });
      return caStatus();
    },
    async finishRotation(force) {
      await keeper.finish(force);
      audit.write({ event: 'rotation', reason: 'the old root is trusted no longer' });
      return caStatus();
    },
    async revoke(namespace, serviceAccount, reason) {
      const uri = uriOf(namespace, serviceAccount);
      const count = await issued.revoke(uri, reason);
      await trust.settled();
      audit.write({ event: 'identity revoked', spiffeId: uri, reason });
      options.onRevoked(namespace, serviceAccount);
      return count;
    },
    async restore(namespace, serviceAccount) {
      const uri = uriOf(namespace, serviceAccount);
      const known = await issued.restore(uri);
      if (known) audit.write({ event: 'identity restored', spiffeId: uri });
      return known;
    },
  };
}

function shownToken({ createdAtMs, expiresAtMs, group, ...rest }: TokenView): ShownToken {
  return {
    ...rest,
    workloadGroup: group.slice(group.indexOf('/') + 1),
    createdAt: new Date(createdAtMs).toISOString(),
    expiresAt: new Date(expiresAtMs).toISOString(),
  };
}

function lineOf(subject: string): string {
  return subject.replaceAll('\n', ', ');
}

function isoOf(text: string): string {
  return new Date(text).toISOString();
}
