/** Kubernetes' word on a service-account token: authentication.k8s.io/v1 TokenReview. */

import { createHash } from 'node:crypto';
import { type Clock, WeftError } from '@weft/kernel';

/** The audience that Istio's agents ask their tokens for. */
export const tokenAudience = 'istio-ca';
/** Reviews under way at one time; more are refused at once. */
export const reviewsMax = 64;
/** How long an answer is taken again for the same token, milliseconds. */
const reviewKeptMs = 10_000;
/** Answers that are kept. */
const reviewsKeptMax = 4_096;

export interface ServiceAccount {
  readonly namespace: string;
  readonly serviceAccount: string;
}

export interface TokenReviewer {
  /** @throws WeftError token_invalid where it is no token of a service account for this audience; config_unavailable where nobody knows now. */
  review(token: string): Promise<ServiceAccount>;
}

/**
 * @param post sends a TokenReview to `/apis/authentication.k8s.io/v1/tokenreviews` and gives back the answer's JSON; a throw says
 * that the API server cannot be asked.
 */
export function createKubernetesTokenReviewer(
  post: (review: object) => Promise<unknown>,
  clock: Clock,
  keptMax = reviewsKeptMax,
): TokenReviewer {
  const kept = new Map<string, { readonly account: ServiceAccount; readonly untilMs: number }>();
  let running = 0;
  return {
    async review(token) {
      assertWorthAsking(token, clock.now());
      const hash = createHash('sha256').update(token).digest('hex');
      const known = kept.get(hash);
      if (known !== undefined && known.untilMs > clock.monotonic()) return known.account;
      if (running >= reviewsMax) throw new WeftError('ca_overloaded', `${reviewsMax} token reviews are under way`);
      running += 1;
      let answer: unknown;
      try {
        answer = await post({
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenReview',
          spec: { token, audiences: [tokenAudience] },
        });
      } catch (error) {
        throw new WeftError('config_unavailable', 'the Kubernetes API server cannot judge the token now', error);
      } finally {
        running -= 1;
      }
      const account = accountOf(answer);
      kept.delete(hash);
      if (kept.size >= keptMax) {
        const [oldest] = kept.keys();
        if (oldest !== undefined) kept.delete(oldest);
      }
      kept.set(hash, { account, untilMs: clock.monotonic() + reviewKeptMs });
      return account;
    },
  };
}

/** Spares the API server what cannot be a token for us: it judges the rest, the signature first. */
function assertWorthAsking(token: string, nowMs: number): void {
  let claims: { aud?: unknown; exp?: unknown } = {};
  try {
    claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as typeof claims;
  } catch {
    throw new WeftError('token_invalid', 'the token is not a JWT');
  }
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  if (!audiences.includes(tokenAudience)) {
    throw new WeftError('token_invalid', `the service-account token is not for audience ${tokenAudience}`);
  }
  if (typeof claims.exp === 'number' && claims.exp * 1000 <= nowMs) {
    throw new WeftError('token_invalid', 'the service-account token has expired');
  }
}

interface ReviewStatus {
  readonly authenticated?: unknown;
  readonly error?: unknown;
  readonly audiences?: unknown;
  readonly user?: { readonly username?: unknown };
}

function accountOf(answer: unknown): ServiceAccount {
  const status = ((answer as { status?: ReviewStatus } | null)?.status ?? {}) as ReviewStatus;
  if (status.authenticated !== true) {
    throw new WeftError('token_invalid', 'Kubernetes does not accept the service-account token');
  }
  // An API server that knows no audiences leaves them out; then nobody has checked them.
  if (!Array.isArray(status.audiences) || !status.audiences.includes(tokenAudience)) {
    throw new WeftError('token_invalid', `Kubernetes did not find audience ${tokenAudience} in the token`);
  }
  const [, namespace, serviceAccount] =
    /^system:serviceaccount:([^:]+):([^:]+)$/.exec(String(status.user?.username ?? '')) ?? [];
  if (namespace === undefined || serviceAccount === undefined) {
    throw new WeftError('token_invalid', 'the token is not of a service account');
  }
  return { namespace, serviceAccount };
}
