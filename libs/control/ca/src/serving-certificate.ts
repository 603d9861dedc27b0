/** The control plane's own certificate: renewed at half of its life, for new connections only, so that no stream is dropped. */

import * as grpc from '@grpc/grpc-js';
import type { Clock } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import type { Authority } from './authority.ts';
import type { ServerKeyPair } from './leaf-certificates.ts';

/** Names that always stand in the certificate. */
export const servingNames: readonly string[] = ['localhost', 'istiod.istio-system.svc'];
const servingAddresses: readonly string[] = ['127.0.0.1'];
/** Wait after a renewal that failed, milliseconds. */
const retryMs = 60_000;

export interface ServingCertificate {
  readonly credentials: grpc.ServerCredentials;
  stop(): void;
}

type RootsListener = (update: { caCertificate: Buffer } | null) => void;
type IdentityListener = (update: { certificate: Buffer; privateKey: Buffer } | null) => void;

/** @param names more DNS names or IP addresses. */
export async function createServingCertificate(
  authority: Authority,
  names: readonly string[],
  clock: Clock,
  logger: Logger,
): Promise<ServingCertificate> {
  const isAddress = (name: string): boolean => /^[\d.]+$/.test(name) || name.includes(':');
  const dnsNames = [...new Set([...servingNames, ...names.filter((name) => !isAddress(name))])];
  const addresses = [...new Set([...servingAddresses, ...names.filter(isAddress)])];
  const listeners = new Set<IdentityListener>();
  const rootsListeners = new Set<RootsListener>();
  let current: ServerKeyPair = await authority.issueServer(dnsNames, addresses);
  let cancel = (): void => {};

  const tell = (listener: IdentityListener): void =>
    listener({ certificate: Buffer.from(current.certificatePem), privateKey: Buffer.from(current.privateKeyPem) });

  const renew = (): void => {
    authority.issueServer(dnsNames, addresses).then(
      (next) => {
        current = next;
        for (const listener of listeners) tell(listener);
        logger.info({ notAfter: new Date(next.notAfterMs).toISOString() }, 'serving certificate renewed');
        schedule((next.notAfterMs - clock.now()) / 2);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'the serving certificate could not be renewed');
        schedule(retryMs);
      },
    );
  };
  const schedule = (delayMs: number): void => {
    cancel = clock.after(delayMs, renew);
  };
  schedule((current.notAfterMs - clock.now()) / 2);
  const tellRoots = (listener: RootsListener): void => listener({ caCertificate: Buffer.from(authority.rootsPem()) });
  let { rootPem } = authority;
  const stopFollowing = authority.onChange(() => {
    for (const listener of rootsListeners) tellRoots(listener);
    if (authority.rootPem === rootPem) return;
    rootPem = authority.rootPem;
    cancel();
    renew();
  });

  // grpc-js watches a provider and sets the TLS context anew, which leaves open connections alone.
  const credentials = grpc.experimental.createCertificateProviderServerCredentials(
    {
      addCaCertificateListener: () => {},
      removeCaCertificateListener: () => {},
      addIdentityCertificateListener: (listener) => {
        listeners.add(listener);
        // grpc-js starts to watch only after this returns.
        queueMicrotask(() => tell(listener));
      },
      removeIdentityCertificateListener: (listener) => {
        listeners.delete(listener);
      },
    },
    // A client may show a certificate: one that leads to a root of ours stands for it where it has no token.
    {
      addIdentityCertificateListener: () => {},
      removeIdentityCertificateListener: () => {},
      addCaCertificateListener: (listener) => {
        rootsListeners.add(listener);
        queueMicrotask(() => tellRoots(listener));
      },
      removeCaCertificateListener: (listener) => {
        rootsListeners.delete(listener);
      },
    },
    false,
  );
  return {
    credentials,
    stop() {
      stopFollowing();
      cancel();
    },
  };
}
