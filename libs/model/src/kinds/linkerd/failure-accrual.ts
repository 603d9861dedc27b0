/** Circuit breaking by annotation: balancer.linkerd.io/failure-accrual. */

import { parseAnnotationDuration } from './annotation-duration.ts';

/** Per endpoint and per calling proxy; after each trip the gate opens for one real request when the back-off is over. */
export interface FailureAccrual {
  readonly mode: 'consecutive' | 'unified';
  /** Failures in a row that shut the gate; 0 (unified only): they do not. */
  readonly maxFailures: number;
  readonly minPenaltyMs: number;
  readonly maxPenaltyMs: number;
  /** Of the back-off, added at random: 0 to 100. */
  readonly jitterRatio: number;
  /** Of mode unified: the gate shuts below `threshold` of at least `minRequests` within the window. */
  readonly successRate?: { readonly threshold: number; readonly windowMs: number; readonly minRequests: number };
}

type Tell = (annotation: string, message: string) => void;
type Annotations = Readonly<Record<string, string>>;

const modeName = 'balancer.linkerd.io/failure-accrual';
const consecutive = 'balancer.linkerd.io/failure-accrual-consecutive';
const unified = 'balancer.alpha.linkerd.io/failure-accrual-success-rate';

const defaults = { maxFailures: 7, minPenaltyMs: 1_000, maxPenaltyMs: 60_000, jitterRatio: 0.5 };
const rateDefaults = { threshold: 0.8, windowMs: 10_000, minRequests: 5 };
const jitterMax = 100;
const windowMsMin = 10;
const minRequestsMax = 1_000_000;

/** Undefined where the annotation is missing or says no mode that is known. A value that cannot be read is told of, and then there is no circuit breaking at all. */
export function parseFailureAccrual(annotations: Annotations, tell: Tell): FailureAccrual | undefined {
  const mode = annotations[modeName];
  if (mode === undefined) return undefined;
  if (mode !== 'consecutive' && mode !== 'unified') {
    tell(modeName, `${JSON.stringify(mode)} is not one of consecutive, unified`);
    return undefined;
  }
  let good = true;
  const refuse: Tell = (annotation, message) => {
    good = false;
    tell(annotation, message);
  };
  const duration = (name: string, otherwise: number): number => {
    const text = annotations[name];
    if (text === undefined) return otherwise;
    const parsed = parseAnnotationDuration(text.trim());
    if (parsed === undefined)
      refuse(name, `${JSON.stringify(text)} is not a duration; write a whole number with ms, s, m, h or d`);
    return parsed ?? otherwise;
  };
  const number = (name: string, otherwise: number, max: number, whole: boolean): number => {
    const text = annotations[name];
    if (text === undefined) return otherwise;
    const pattern = whole ? /^\d{1,10}$/ : /^\d{1,10}(\.\d{1,10})?$/;
    const fits = pattern.test(text.trim()) && Number(text) <= max;
    if (!fits) refuse(name, `${JSON.stringify(text)} is not a ${whole ? 'whole ' : ''}number from 0 to ${max}`);
    return fits ? Number(text) : otherwise;
  };
  const minPenaltyMs = duration(`${consecutive}-min-penalty`, defaults.minPenaltyMs);
  const maxPenaltyMs = duration(`${consecutive}-max-penalty`, defaults.maxPenaltyMs);
  const accrual = {
    mode,
    maxFailures: number(`${consecutive}-max-failures`, defaults.maxFailures, 2 ** 32 - 1, true),
    minPenaltyMs,
    maxPenaltyMs,
    jitterRatio: number(`${consecutive}-jitter-ratio`, defaults.jitterRatio, jitterMax, false),
  } as const;
  if (minPenaltyMs > maxPenaltyMs) refuse(`${consecutive}-min-penalty`, 'the least penalty is over the most');
  if (minPenaltyMs === 0) refuse(`${consecutive}-min-penalty`, 'the least penalty must be more than 0');
  if (mode === 'consecutive') return good ? accrual : undefined;
  const successRate = {
    threshold: number(`${unified}-threshold`, rateDefaults.threshold, 1, false),
    windowMs: duration(`${unified}-window`, rateDefaults.windowMs),
    minRequests: number(`${unified}-min-requests`, rateDefaults.minRequests, minRequestsMax, true),
  };
  if (successRate.windowMs < windowMsMin) refuse(`${unified}-window`, `a window is at least ${windowMsMin}ms`);
  return good ? { ...accrual, successRate } : undefined;
}
