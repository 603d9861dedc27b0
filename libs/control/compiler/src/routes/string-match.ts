/** Istio's StringMatch in Envoy's forms. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import type { StringMatch } from '@weft/model';
import type { StringMatcherSchema } from '@weft/xds-messages/envoy/type/matcher/v3/string';

export type StringMatcherInit = MessageInitShape<typeof StringMatcherSchema>;

/** An empty match, or the regex "*", asks for presence alone (Istio's canBeConvertedToPresentMatch). */
export function isPresence(value: StringMatch): boolean {
  return value.regex === '*' || (value.exact === undefined && value.prefix === undefined && value.regex === undefined);
}

/** @param value anything but presence. */
export function stringMatcher(value: StringMatch): StringMatcherInit {
  if (value.exact !== undefined) return { matchPattern: { case: 'exact', value: value.exact } };
  if (value.prefix !== undefined) return { matchPattern: { case: 'prefix', value: value.prefix } };
  return { matchPattern: { case: 'safeRegex', value: { regex: value.regex ?? '' } } };
}
