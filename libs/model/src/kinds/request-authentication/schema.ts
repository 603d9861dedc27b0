/** The YAML form of a RequestAuthentication. */

import { z } from 'zod';
import { durationMs, plainText } from '../../schema/fields.ts';
import { apiObject, checkedString } from '../../schema/object.ts';
import { optionalSpec, policyTargetFields } from '../../schema/policy-target.ts';
import { nonEmptyText } from '../../schema/text.ts';
import { jwksProblem, jwksUriProblem } from './key-set.ts';
import type { JwtRule, RequestAuthenticationSpec } from './spec.ts';

const headerName = checkedString((value) =>
  /^[-0-9A-Za-z]+$/.test(value)
    ? undefined
    : `${JSON.stringify(value)} is not a header that a claim can go to: letters, digits and "-"`,
);

const emptyOr = (problem: (value: string) => string | undefined) =>
  checkedString((value) => (value === '' ? undefined : problem(value)));

const jwtRule = apiObject('RequestAuthentication.jwtRules', {
  issuer: plainText.exactOptional(),
  audiences: z.array(nonEmptyText('an audience')).exactOptional(),
  jwksUri: emptyOr(jwksUriProblem).exactOptional(),
  jwks_uri: emptyOr(jwksUriProblem).exactOptional(),
  jwks: emptyOr(jwksProblem).exactOptional(),
  fromHeaders: z
    .array(
      apiObject('RequestAuthentication.jwtRules.fromHeaders', {
        name: nonEmptyText('the name of a header'),
        prefix: plainText.exactOptional(),
      }),
    )
    .exactOptional(),
  fromParams: z.array(nonEmptyText('the name of a query parameter')).exactOptional(),
  fromCookies: z.array(nonEmptyText('the name of a cookie')).exactOptional(),
  outputPayloadToHeader: plainText.exactOptional(),
  outputClaimToHeaders: z
    .array(
      apiObject('RequestAuthentication.jwtRules.outputClaimToHeaders', {
        header: headerName,
        claim: nonEmptyText('the name of a claim'),
      }),
    )
    .exactOptional(),
  forwardOriginalToken: z.boolean().exactOptional(),
  timeout: durationMs.exactOptional(),
  spaceDelimitedClaims: z.array(nonEmptyText('the name of a claim')).exactOptional(),
}).transform(({ timeout, issuer = '', jwks_uri: oldUri = '', jwksUri = '', jwks = '', ...rule }): JwtRule => {
  const uri = jwksUri === '' ? oldUri : jwksUri;
  return {
    issuer,
    ...(uri === '' ? {} : { jwksUri: uri }),
    ...(jwks === '' ? {} : { jwks }),
    ...rule,
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
  };
});

/** `issuer` becomes "" where absent; the older spelling `jwks_uri` becomes `jwksUri`. */
export const requestAuthenticationSchema: z.ZodType<RequestAuthenticationSpec> = optionalSpec(
  apiObject('RequestAuthentication', {
    ...policyTargetFields('RequestAuthentication'),
    jwtRules: z.array(jwtRule).exactOptional(),
  }),
);
