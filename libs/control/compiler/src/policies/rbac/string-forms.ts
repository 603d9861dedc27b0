/** The string forms of an AuthorizationPolicy ("x", "x*", "*x", "*") as Envoy's matchers. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type StringMatcher, StringMatcherSchema } from '@weft/xds-messages/envoy/type/matcher/v3/string';

type Pattern = NonNullable<
  Extract<MessageInitShape<typeof StringMatcherSchema>, { $typeName?: never }>['matchPattern']
>;

/**
 * "*" is any value that is not empty; a "*" inside of a value is a letter like others.
 * @param prefix stands before what the user wrote ("spiffe://").
 */
export function stringForm(value: string, { prefix = '', ignoreCase = false } = {}): StringMatcher {
  return create(StringMatcherSchema, { matchPattern: patternOf(value, prefix), ignoreCase });
}

function patternOf(value: string, prefix: string): Pattern {
  if (value === '*') return { case: 'safeRegex', value: { regex: '.+' } };
  if (value.startsWith('*')) {
    const suffix = value.slice(1);
    if (prefix === '') return { case: 'suffix', value: suffix };
    return { case: 'safeRegex', value: { regex: `${quoteRegex(prefix)}.*${quoteRegex(suffix)}` } };
  }
  if (value.endsWith('*')) return { case: 'prefix', value: prefix + value.slice(0, -1) };
  return { case: 'exact', value: prefix + value };
}

/** The value itself, whatever stands in it. */
export function exactForm(value: string): StringMatcher {
  return create(StringMatcherSchema, { matchPattern: { case: 'exact', value } });
}

export function regexForm(regex: string): StringMatcher {
  return create(StringMatcherSchema, { matchPattern: { case: 'safeRegex', value: { regex } } });
}

/** A value with "*" for any text, as a regular expression (RE2). */
export function wildcardRegex(value: string): string {
  return value.split('*').map(quoteRegex).join('.*');
}

export function quoteRegex(text: string): string {
  return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
