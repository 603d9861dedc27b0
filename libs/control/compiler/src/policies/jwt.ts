/** RequestAuthentications of one workload as Envoy's JWT filter. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { SelectedJwtRule } from '@weft/model';
import {
  type JwtAuthentication,
  JwtAuthenticationSchema,
  type JwtProviderSchema,
  type JwtRequirementSchema,
} from '@weft/xds-messages/envoy/extensions/filters/http/jwt_authn/v3/config';
import { closedKeySet } from './closed-key-set.ts';
import { payloadKey } from './rbac/claims.ts';

type ProviderInit = Extract<MessageInitShape<typeof JwtProviderSchema>, { $typeName?: never }>;
type RequirementInit = Extract<MessageInitShape<typeof JwtRequirementSchema>, { $typeName?: never }>;

/** Claims that are lists separated by spaces, whatever the rule says. */
const spaceDelimited = ['scope', 'permission'];

/**
 * A request without a token passes, with a token that no rule takes it is refused; where several rules have their say, each token must be valid.
 *
 * @param keys the key set of a rule with `jwksUri`; nothing while it could not be fetched: then every token is refused.
 * @param clearRouteCache routes look at claims.
 */
export function jwtAuthentication(
  rules: readonly SelectedJwtRule[],
  keys: (rule: SelectedJwtRule['rule']) => string | undefined,
  clearRouteCache: boolean,
): JwtAuthentication | undefined {
  if (rules.length === 0) return undefined;
  const providers: Record<string, ProviderInit> = {};
  for (const [index, { rule }] of rules.entries()) {
    providers[providerName(index)] = provider(rule, rule.jwks ?? keys(rule) ?? closedKeySet, clearRouteCache);
  }
  return create(JwtAuthenticationSchema, {
    providers,
    rules: [
      {
        match: { pathSpecifier: { case: 'prefix', value: '/' } },
        requirementType: { case: 'requires', value: requirement(rules.length) },
      },
    ],
    bypassCorsPreflight: true,
  });
}

/** Where the keys of a rule without inline keys come from: its key set, or the OpenID configuration that names one. */
export function keySourceOf({ jwksUri, issuer }: SelectedJwtRule['rule']): string {
  return jwksUri ?? `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

function providerName(index: number): string {
  return `origins-${index}`;
}

/** Any rule alone, or every one that finds a token. */
function requirement(count: number): RequirementInit {
  const one = (index: number): RequirementInit => ({
    requiresType: { case: 'providerName', value: providerName(index) },
  });
  const orMissing = (own: RequirementInit): RequirementInit =>
    anyOf([own, { requiresType: { case: 'allowMissing', value: {} } }]);
  if (count === 1) return orMissing(one(0));
  const all = Array.from({ length: count }, (_, index) => one(index));
  return anyOf([...all, { requiresType: { case: 'requiresAll', value: { requirements: all.map(orMissing) } } }]);
}

function anyOf(requirements: RequirementInit[]): RequirementInit {
  return { requiresType: { case: 'requiresAny', value: { requirements } } };
}

function provider(rule: SelectedJwtRule['rule'], jwks: string, clearRouteCache: boolean): ProviderInit {
  return {
    issuer: rule.issuer,
    audiences: [...(rule.audiences ?? [])],
    jwksSourceSpecifier: { case: 'localJwks', value: { specifier: { case: 'inlineString', value: jwks } } },
    forward: rule.forwardOriginalToken ?? false,
    fromHeaders: (rule.fromHeaders ?? []).map(({ name, prefix = '' }) => ({ name, valuePrefix: prefix })),
    fromParams: [...(rule.fromParams ?? [])],
    fromCookies: [...(rule.fromCookies ?? [])],
    forwardPayloadHeader: rule.outputPayloadToHeader ?? '',
    claimToHeaders: (rule.outputClaimToHeaders ?? []).map(({ header, claim }) => ({
      headerName: header,
      claimName: claim,
    })),
    payloadInMetadata: payloadKey,
    normalizePayloadInMetadata: {
      spaceDelimitedClaims: [...new Set([...spaceDelimited, ...(rule.spaceDelimitedClaims ?? [])])],
    },
    clearRouteCache,
  };
}
