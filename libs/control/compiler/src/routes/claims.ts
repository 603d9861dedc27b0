/** Conditions on claims of the caller's JWT, written as headers: "@request.auth.claims[group][id]" or "@request.auth.claims.group.id". */

import { create } from '@bufbuild/protobuf';
import type { StringMatch } from '@weft/model';
import { type MetadataMatcher, MetadataMatcherSchema } from '@weft/xds-messages/envoy/type/matcher/v3/metadata';
import { isPresence, stringMatcher } from './string-match.ts';

const prefix = '@request.auth.claims';
const jwtFilter = 'envoy.filters.http.jwt_authn';
/** Where the JWT filter leaves the claims, below its own name. */
const payloadKey = 'payload';

/** The path to a claim, outermost first; undefined where the name is that of a header. */
export function claimPath(name: string): readonly string[] | undefined {
  if (!name.toLowerCase().startsWith(prefix)) return undefined;
  const path = name.slice(prefix.length);
  if (path.startsWith('.') && path.length > 1) return path.slice(1).split('.');
  if (path.startsWith('[') && path.endsWith(']') && path.length > 2) return path.slice(1, -1).split('][');
  return undefined;
}

/** The claim is a text that matches, or a list with such a text. */
export function claimMatcher(path: readonly string[], value: StringMatch, invert: boolean): MetadataMatcher {
  const keys = [payloadKey, ...path].map((key) => ({ segment: { case: 'key' as const, value: key } }));
  if (isPresence(value)) {
    return create(MetadataMatcherSchema, {
      filter: jwtFilter,
      path: keys,
      value: { matchPattern: { case: 'presentMatch', value: true } },
      invert,
    });
  }
  const text = { matchPattern: { case: 'stringMatch' as const, value: stringMatcher(value) } };
  return create(MetadataMatcherSchema, {
    filter: jwtFilter,
    path: keys,
    value: {
      matchPattern: {
        case: 'orMatch',
        value: {
          valueMatchers: [
            text,
            { matchPattern: { case: 'listMatch', value: { matchPattern: { case: 'oneOf', value: text } } } },
          ],
        },
      },
    },
    invert,
  });
}
