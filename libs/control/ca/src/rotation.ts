/** The steps from one CA to another: both are trusted, then the new one signs, then the old one is gone. */

import { type Clock, WeftError } from '@weft/kernel';
import { contentOf, readAuthorityFiles } from './authority-files.ts';
import type { RotationPhase } from './authority-state.ts';
import type { IssuersInForce } from './issuers-in-force.ts';
import { makeAuthority } from './make-authority.ts';

export interface Rotation {
  phase(): { readonly phase: RotationPhase; readonly sinceMs: number };
  /**
   * Trusts a second CA. @param from folder with its files; nothing: a new one is made.
   * @throws WeftError rotation_refused where one is under way, state_invalid for files that are no CA.
   */
  startRotation(from?: string): Promise<void>;
  /** The new CA signs from now on. @throws WeftError rotation_refused unless it is trusted and not signing. */
  switchIssuer(): Promise<void>;
  /** The old CA is trusted no longer, and its files are gone. @throws WeftError rotation_refused unless the new one signs. */
  finishRotation(): Promise<void>;
}

export function createRotation(issuers: IssuersInForce, trustDomain: string, clock: Clock): Rotation {
  const expectPhase = (wanted: RotationPhase, sentence: string): void => {
    if (issuers.now().state.phase !== wanted) throw new WeftError('rotation_refused', sentence);
  };
  return {
    phase() {
      const { phase, sinceMs } = issuers.now().state;
      return { phase, sinceMs };
    },
    startRotation: (from) =>
      issuers.inTurn(async () => {
        expectPhase('steady', 'a rotation is under way: finish it first');
        const made =
          from === undefined
            ? await makeAuthority(trustDomain, clock.now())
            : contentOf(await readAuthorityFiles(from, clock.now()));
        const { name, issuer } = await issuers.add(made);
        const { state, active } = issuers.now();
        if (issuer.id === active.id) {
          await issuers.drop(name);
          throw new WeftError('rotation_refused', `${from ?? 'the new CA'} is the CA that signs already`);
        }
        await issuers.enter({
          state: { active: state.active, other: name, phase: 'trusting', sinceMs: clock.now() },
          active,
          other: issuer,
        });
      }),
    switchIssuer: () =>
      issuers.inTurn(async () => {
        expectPhase('trusting', 'no rotation waits for the new CA to sign');
        const { state, active, other } = issuers.now();
        if (other === undefined || state.other === undefined) throw new Error('a rotation without its second CA');
        await issuers.enter({
          state: { active: state.other, other: state.active, phase: 'issuing', sinceMs: clock.now() },
          active: other,
          other: active,
        });
      }),
    finishRotation: () =>
      issuers.inTurn(async () => {
        expectPhase('issuing', 'no rotation is under way whose new CA signs');
        const { state, active } = issuers.now();
        await issuers.enter({
          state: { active: state.active, other: undefined, phase: 'steady', sinceMs: clock.now() },
          active,
          other: undefined,
        });
      }),
  };
}
