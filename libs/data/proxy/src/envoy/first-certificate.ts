/** The wait of a start for the first certificate: Envoy would come up without one, and refuse everybody. */

import type { IdentityManager } from '@weft/identity';
import { type Clock, formatHostPort, WeftError } from '@weft/kernel';
import type { HostPort } from '../session/node-description.ts';
import { EnvoyError } from './envoy-error.ts';

/** How long a start waits for the first certificate; a token that is refused is not waited for. */
export const certificateWaitMs = 15_000;

export interface FirstCertificate {
  /** To be told of each failed try. */
  onProblem(error: unknown): void;
  /** @throws EnvoyError. */
  wait(manager: Pick<IdentityManager, 'current' | 'onChange'>): Promise<void>;
}

/** @param xds the control plane that is asked. */
export function createFirstCertificate(xds: HostPort, clock: Clock): FirstCertificate {
  let last: unknown;
  let giveUp: (error: EnvoyError) => void = () => {};
  return {
    onProblem(error) {
      last = error;
      const final = error instanceof WeftError && (error.code === 'token_invalid' || error.code === 'csr_invalid');
      if (final) giveUp(new EnvoyError(error.message, false, error));
    },
    wait: (manager) =>
      new Promise((settle, reject) => {
        if (manager.current() !== undefined) return settle();
        const cancelWait = clock.after(certificateWaitMs, () => reject(noCertificate(xds, last)));
        const unfollow = manager.onChange((own) => {
          if (own === undefined) return;
          cancelWait();
          unfollow();
          settle();
        });
        giveUp = (error) => {
          cancelWait();
          reject(error);
        };
      }),
  };
}

function noCertificate(xds: HostPort, last: unknown): EnvoyError {
  const why = last instanceof Error ? last.message : 'it does not answer';
  const sentence = `no certificate within ${certificateWaitMs / 1000} s from the control plane at ${formatHostPort(xds.host, xds.port)}: start it, or name another one with --xds`;
  return new EnvoyError(`${sentence} (${why})`, true, last);
}
