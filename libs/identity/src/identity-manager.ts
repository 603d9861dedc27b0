/** Keeps this process's certificate: made at the start, renewed at half-life, the old one in use until a new one is there. */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type Cancel, type Clock, type Random, WeftError } from '@weft/kernel';
import { createKeyAndRequest } from './certificate-request.ts';
import { type CertificateInfo, inspectChain, splitPem } from './chain.ts';
import { retryDelayMs, rotationDelayMs } from './rotation.ts';
import { verifyLeaf } from './verify.ts';

/** A key and what certifies it. A renewed identity is a new object. */
export interface Identity {
  /** SPIFFE URI of the leaf. */
  readonly uri: string;
  /** PEM: leaf, then intermediates; no root. */
  readonly certChainPem: string;
  /** PKCS#8 PEM. */
  readonly privateKeyPem: string;
  /** PEM of the root that the CA named with the certificate. */
  readonly rootPem: string;
  /** Leaf first, root last. */
  readonly chain: readonly CertificateInfo[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** What survives a restart. */
export interface StoredIdentity {
  /** PEM: leaf first, root last. */
  readonly chainPem: string;
  readonly privateKeyPem: string;
}

export interface IdentityStore {
  /** Nothing where there is none, or none that can be read. */
  load(): Promise<StoredIdentity | undefined>;
  /** A failure is not fatal: the identity stays in memory. */
  save(identity: StoredIdentity): Promise<void>;
}

export interface IdentityManagerOptions {
  /** Asks the CA. @returns PEM certificates, leaf first, root last. A rejection is tried again after a back-off. */
  sign(csrPem: string, ttlSeconds: number): Promise<readonly string[]>;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: IdentityStore;
  /** Life to ask for, seconds; a day where absent. */
  readonly ttlSeconds?: number;
  /** A sentence and its cause for the log: a renewal failed, the store failed, the certificate expired. */
  onProblem?(sentence: string, error?: unknown): void;
}

export interface IdentityManager {
  /** Nothing: no certificate yet, or it has expired. */
  current(): Identity | undefined;
  /** Called with each new identity, and with nothing when the last one expires. */
  onChange(listener: (identity: Identity | undefined) => void): Cancel;
  /** Takes what the store has and goes on to ask the CA where that is missing or due; resolves before the CA answers. */
  start(): Promise<void>;
  stop(): void;
  /** Asks for a new certificate now: the trusted root has changed. */
  renew(): void;
  /** The CA may be back: cuts a back-off short where there is no certificate. */
  hurry(): void;
}

/** Life asked for where the options say nothing: Istio's SECRET_TTL. */
export const defaultTtlSeconds = 86_400;

export function createIdentityManager(options: IdentityManagerOptions): IdentityManager {
  const { clock, random, store } = options;
  const problem = options.onProblem ?? (() => {});
  const listeners = new Set<(identity: Identity | undefined) => void>();
  let held: Identity | undefined;
  let failures = 0;
  let asking = false;
  let askAgain = false;
  let running = false;
  let cancelNext: Cancel | undefined;
  let cancelExpiry: Cancel | undefined;

  const schedule = (delayMs: number): void => {
    cancelNext?.();
    cancelNext = clock.after(delayMs, renew);
  };

  const take = (identity: Identity): void => {
    held = identity;
    failures = 0;
    schedule(rotationDelayMs(identity.notBeforeMs, identity.notAfterMs, clock.now(), random));
    cancelExpiry?.();
    cancelExpiry = clock.after(identity.notAfterMs - clock.now(), () => {
      held = undefined;
      problem('the certificate has expired and the CA has not renewed it');
      for (const listener of listeners) listener(undefined);
    });
    for (const listener of listeners) listener(identity);
  };

  const ask = async (): Promise<void> => {
    const { privateKeyPem, csrPem } = await createKeyAndRequest(held?.uri);
    const chain = await options.sign(csrPem, options.ttlSeconds ?? defaultTtlSeconds);
    if (!running) return;
    const stored = { chainPem: chain.map((pem) => `${pem.trim()}\n`).join(''), privateKeyPem };
    take(identityOf(stored, clock.now()));
    await store.save(stored).catch((error: unknown) => problem('the certificate could not be stored', error));
  };

  const renew = (): void => {
    if (!running) return;
    if (asking) {
      askAgain = true;
      return;
    }
    asking = true;
    askAgain = false;
    cancelNext?.();
    ask()
      .catch((error: unknown) => {
        failures += 1;
        problem('no certificate from the CA, trying again', error);
        if (running) schedule(retryDelayMs(failures, random));
      })
      .finally(() => {
        asking = false;
        if (askAgain) renew();
      });
  };

  return {
    current: () => held,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async start() {
      running = true;
      const stored = await store.load().catch((error: unknown) => {
        problem('the stored certificate cannot be read', error);
        return undefined;
      });
      if (!running) return;
      if (stored !== undefined) {
        try {
          take(identityOf(stored, clock.now()));
          return;
        } catch (error) {
          problem('the stored certificate is of no use', error);
        }
      }
      renew();
    },
    stop() {
      running = false;
      cancelNext?.();
      cancelExpiry?.();
    },
    renew,
    hurry() {
      if (held === undefined && !asking) renew();
    },
  };
}

/** @throws WeftError state_invalid where the chain does not hold together, is not valid now, or is of another key. */
function identityOf(stored: StoredIdentity, nowMs: number): Identity {
  const pems = splitPem(stored.chainPem);
  const [leafPem] = pems;
  const rootPem = pems.at(-1);
  if (leafPem === undefined || rootPem === undefined || pems.length < 2) {
    throw new WeftError('state_invalid', 'the chain needs a leaf and a root');
  }
  const certChainPem = pems.slice(0, -1).join('');
  const reason = verifyLeaf({ chainPem: certChainPem, rootsPem: rootPem, expectedUris: [], nowMs });
  if (reason !== undefined) throw new WeftError('state_invalid', reason);
  if (!isOfKey(leafPem, stored.privateKeyPem))
    throw new WeftError('state_invalid', 'the certificate is of another key');
  const chain = inspectChain(stored.chainPem);
  const [leaf] = chain as [CertificateInfo];
  const { notBeforeMs, notAfterMs } = leaf;
  const { privateKeyPem } = stored;
  return { uri: leaf.uris[0] ?? '', certChainPem, privateKeyPem, rootPem, chain, notBeforeMs, notAfterMs };
}

function isOfKey(leafPem: string, privateKeyPem: string): boolean {
  try {
    return new X509Certificate(leafPem).checkPrivateKey(createPrivateKey(privateKeyPem));
  } catch {
    return false;
  }
}
