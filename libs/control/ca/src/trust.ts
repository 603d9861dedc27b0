/** What every peer is judged by: the roots of the authority and the lists of what is revoked. */

import type { Cancel } from '@weft/kernel';
import type { Authority } from './authority.ts';
import type { IssuedCertificates } from './issued-certificates.ts';

export interface TrustBundle {
  /** PEM. */
  readonly rootsPem: string;
  /** PEM; empty: nothing is revoked, or lists cannot be made. */
  readonly crlPem: string;
}

export interface Trust {
  /** The same object until it changes. */
  current(): TrustBundle;
  /** Why revoked certificates are on no list although there are some; nothing where all is well. */
  problem(): string | undefined;
  onChange(listener: () => void): Cancel;
  /** Resolves when what was changed before the call is in `current`. */
  settled(): Promise<void>;
}

/** @param onProblem told in a sentence when lists cannot be made. */
export async function createTrust(
  authority: Authority,
  issued: IssuedCertificates,
  onProblem: (sentence: string, error?: unknown) => void,
): Promise<Trust> {
  const listeners = new Set<() => void>();
  let bundle: TrustBundle = { rootsPem: authority.rootsPem(), crlPem: '' };
  let problem: string | undefined;

  const lists = async (): Promise<string> => {
    const revoked = issued.revokedCertificates();
    problem = undefined;
    if (revoked.length === 0) return '';
    const issuers = authority.issuers();
    problem = issuers.map(({ listProblem }) => listProblem).find((one) => one !== undefined);
    if (problem !== undefined) {
      onProblem(`revoked certificates are on no list: ${problem}`);
      return '';
    }
    // One for every issuer that is trusted: TLS refuses a peer whose issuer has none.
    const texts = await Promise.all(
      issuers.map((issuer) => issuer.revocationLists(revoked.filter((one) => one.issuer === issuer.id))),
    );
    return texts.join('');
  };

  const rebuild = async (): Promise<void> => {
    const rootsPem = authority.rootsPem();
    const crlPem = await lists();
    if (rootsPem === bundle.rootsPem && crlPem === bundle.crlPem) return;
    bundle = { rootsPem, crlPem };
    for (const listener of listeners) listener();
  };
  let work = Promise.resolve();
  const changed = (): void => {
    work = work.then(rebuild).catch((error: unknown) => onProblem('the revocation lists could not be made', error));
  };
  authority.onChange(changed);
  issued.onChange(changed);
  changed();
  await work;

  return {
    current: () => bundle,
    problem: () => problem,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    settled: () => work,
  };
}
