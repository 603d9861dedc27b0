/** What a verified token says, as the JWT filter leaves it in the request's metadata. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import type { MetadataMatcherSchema } from '@weft/xds-messages/envoy/type/matcher/v3/metadata';
import type { StringMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/string';
import type { PrincipalInit } from './predicate.ts';
import { stringForm } from './string-forms.ts';

/** Key under which the JWT filter puts the payload of a token. */
export const payloadKey = 'payload';
const jwtFilter = 'envoy.filters.http.jwt_authn';

type MetadataInit = Extract<MessageInitShape<typeof MetadataMatcherSchema>, { $typeName?: never }>;

/** The claim is this string, or a list that has it. */
export function claimIs(path: readonly string[], matcher: StringMatcher): PrincipalInit {
  return principalOf({
    filter: jwtFilter,
    path: pathOf([payloadKey, ...path]),
    value: {
      matchPattern: {
        case: 'orMatch',
        value: {
          valueMatchers: [
            { matchPattern: { case: 'stringMatch', value: matcher } },
            {
              matchPattern: {
                case: 'listMatch',
                value: {
                  matchPattern: {
                    case: 'oneOf',
                    value: { matchPattern: { case: 'stringMatch', value: matcher } },
                  },
                },
              },
            },
          ],
        },
      },
    },
  });
}

/** Envoy's own metadata of any filter, of any path: "experimental.envoy.filters.a.b[key]". */
export function metadataPrincipal(filter: string, path: readonly string[], value: string): PrincipalInit {
  const list = /^\[(.*)\]$/.exec(value)?.[1];
  const matcher = { matchPattern: { case: 'stringMatch' as const, value: stringForm(list ?? value) } };
  return principalOf({
    filter,
    path: pathOf(path),
    value:
      list === undefined
        ? matcher
        : { matchPattern: { case: 'listMatch', value: { matchPattern: { case: 'oneOf', value: matcher } } } },
  });
}

/**
 * "issuer/subject", split at the last "/", since issuers are URLs; each half in its own string form. Both claims must be there.
 */
export function requestPrincipal(value: string): PrincipalInit {
  const slash = value.lastIndexOf('/');
  const both = (issuer: string, subject: string): PrincipalInit => ({
    identifier: {
      case: 'andIds',
      value: { ids: [claimIs(['iss'], stringForm(issuer)), claimIs(['sub'], stringForm(subject))] },
    },
  });
  if (value === '*') return both('*', '*');
  if (slash >= 0) return both(value.slice(0, slash), value.slice(slash + 1));
  return value.startsWith('*') ? both('*', value) : both(value, '*');
}

/** ["realm", "role"] of "realm][role" as written inside of `claims[…]`. */
export function claimPath(inside: string): readonly string[] {
  return inside.split('][');
}

function principalOf(metadata: MetadataInit): PrincipalInit {
  return { identifier: { case: 'metadata', value: metadata } };
}

function pathOf(keys: readonly string[]): NonNullable<MetadataInit['path']> {
  return keys.map((key) => ({ segment: { case: 'key' as const, value: key } }));
}
