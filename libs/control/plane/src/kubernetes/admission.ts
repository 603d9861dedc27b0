/** The validating webhook's judgement: an AdmissionReview in, one out, with what `weft validate` would say. */

import { parseObject, type Violation } from '@weft/model';

/** The API server shows warnings of up to so many characters, and of all together up to sixteen times as many. */
const warningLengthMax = 256;
const warningsMax = 16;
const messageLengthMax = 8_192;

interface Review {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly request?: {
    readonly uid?: unknown;
    readonly operation?: unknown;
    readonly object?: unknown;
    readonly kind?: { readonly kind?: unknown };
    readonly namespace?: unknown;
    readonly name?: unknown;
  };
}

export interface AdmissionReview {
  readonly apiVersion: 'admission.k8s.io/v1';
  readonly kind: 'AdmissionReview';
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly status?: { readonly code: number; readonly reason: string; readonly message: string };
    readonly warnings?: readonly string[];
  };
}

/** Undefined where `body` is no AdmissionReview of version v1. What is deleted is allowed. */
export function judge(body: unknown): AdmissionReview | undefined {
  const { apiVersion, kind, request } = (body ?? {}) as Review;
  if (apiVersion !== 'admission.k8s.io/v1' || kind !== 'AdmissionReview' || typeof request?.uid !== 'string') {
    return undefined;
  }
  const answer = (response: Omit<AdmissionReview['response'], 'uid'>): AdmissionReview => ({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: request.uid as string, ...response },
  });
  if (request.operation === 'DELETE' || typeof request.object !== 'object' || request.object === null) {
    return answer({ allowed: true });
  }
  const { violations, warnings: doubts } = parseObject('request', request.object);
  const warnings = doubts.slice(0, warningsMax).map((doubt) => sentence(doubt).slice(0, warningLengthMax));
  const more = warnings.length === 0 ? {} : { warnings };
  if (violations.length === 0) return answer({ allowed: true, ...more });
  const message = violations.map(sentence).join('; ');
  const shown = message.length > messageLengthMax ? `${message.slice(0, messageLengthMax)}…` : message;
  return answer({ allowed: false, status: { code: 422, reason: 'Invalid', message: shown }, ...more });
}

function sentence({ path, message }: Violation): string {
  return path === '' ? message : `${path}: ${message}`;
}
