/** When to ask for the next certificate: half-life with jitter, as Istio's agent does, and a back-off on failure. */

import type { Random } from '@weft/kernel';

/** Part of a certificate's life after which it is replaced, and how far chance moves that (secretcache.go, rotateTime). */
export const rotationRatio = 0.5;
export const rotationJitter = 0.01;

/** Shortest and longest wait after a failure, milliseconds. */
export const retryMinMs = 250;
export const retryMaxMs = 30_000;

/** Longest delay that a timer of Node takes. */
const timerMaxMs = 2_147_483_647;

/** Milliseconds from now until rotation; 0 when it is due. */
export function rotationDelayMs(notBeforeMs: number, notAfterMs: number, nowMs: number, random: Random): number {
  const ratio = rotationRatio + (random() * 2 - 1) * rotationJitter;
  const at = notBeforeMs + (notAfterMs - notBeforeMs) * ratio;
  return Math.min(timerMaxMs, Math.max(0, at - nowMs));
}

/** @param failures since the last success, from 1. Doubles to the maximum; drawn from the upper half, so that a fleet spreads. */
export function retryDelayMs(failures: number, random: Random): number {
  const ceiling = Math.min(retryMaxMs, retryMinMs * 2 ** Math.min(failures, 20));
  return ceiling * (0.5 + random() / 2);
}
