/** security.istio.io RequestAuthentication: the JWTs that a workload understands. */

import type { PolicyTarget } from '../policy-target.ts';

export interface RequestAuthenticationSpec extends PolicyTarget {
  readonly jwtRules?: readonly JwtRule[];
}

export interface JwtRule {
  /** As in the claim `iss`; empty, beside `jwksUri`: not looked at. */
  readonly issuer: string;
  /** One of them must be in the token; absent or empty: any. */
  readonly audiences?: readonly string[];
  /** http or https. Without `jwksUri` and `jwks` it is found by OpenID discovery at the issuer. */
  readonly jwksUri?: string;
  /** The key set itself, as JSON. */
  readonly jwks?: string;
  /** Where no location is given: `Authorization: Bearer`, then the query parameter `access_token`. */
  readonly fromHeaders?: readonly { readonly name: string; readonly prefix?: string }[];
  readonly fromParams?: readonly string[];
  readonly fromCookies?: readonly string[];
  /** Carries the payload, in base64url, to the application. */
  readonly outputPayloadToHeader?: string;
  readonly outputClaimToHeaders?: readonly { readonly header: string; readonly claim: string }[];
  /** false where absent: the token is taken out of the request. */
  readonly forwardOriginalToken?: boolean;
  /** For one fetch of `jwksUri`; 5 s where absent. */
  readonly timeoutMs?: number;
  /** Claims that are lists separated by spaces, besides `scope` and `permission`. */
  readonly spaceDelimitedClaims?: readonly string[];
}
