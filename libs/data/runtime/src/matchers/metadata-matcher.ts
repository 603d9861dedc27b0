/** Envoy's MetadataMatcher and ValueMatcher as closures over dynamic metadata. */

import type { MetadataMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/metadata';
import type { DoubleMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/number';
import type { ValueMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/value';
import { refuse } from '../check/refuse.ts';
import type { DynamicMetadata } from '../exchange.ts';
import { compileTextTest } from './text-matcher.ts';

export type MetadataTest = (metadata: DynamicMetadata | undefined) => boolean;

/** @throws WeftError `config_rejected` */
export function compileMetadataTest(matcher: MetadataMatcher, where: string): MetadataTest {
  if (matcher.value === undefined) refuse(where, 'metadata matcher has no value');
  if (matcher.path.length === 0) refuse(where, 'metadata matcher has no path');
  const keys = matcher.path.map(({ segment }) =>
    segment.case === 'key' ? segment.value : refuse(where, 'metadata matcher: a path segment has no key'),
  );
  const test = compileValueTest(matcher.value, where);
  const { filter, invert } = matcher;
  return (metadata) => test(metadataValue(metadata, filter, keys)) !== invert;
}

/** The value at a path of keys in one namespace; nothing: there is none. */
export function metadataValue(
  metadata: DynamicMetadata | undefined,
  namespace: string,
  keys: readonly string[],
): unknown {
  let value: unknown = metadata?.get(namespace);
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  }
  return value;
}

function compileValueTest(matcher: ValueMatcher, where: string): (value: unknown) => boolean {
  const pattern = matcher.matchPattern;
  switch (pattern.case) {
    case 'nullMatch':
      return (value) => value === null;
    case 'doubleMatch': {
      const test = compileNumber(pattern.value, where);
      return (value) => typeof value === 'number' && test(value);
    }
    case 'stringMatch': {
      const test = compileTextTest(pattern.value, where);
      return (value) => typeof value === 'string' && test(value);
    }
    case 'boolMatch': {
      const wanted = pattern.value;
      return (value) => value === wanted;
    }
    case 'presentMatch': {
      const wanted = pattern.value;
      return (value) => (value !== undefined) === wanted;
    }
    case 'listMatch': {
      const one = pattern.value.matchPattern;
      if (one.case !== 'oneOf') return refuse(where, 'list_match has no pattern');
      const test = compileValueTest(one.value, where);
      return (value) => Array.isArray(value) && value.some(test);
    }
    case 'orMatch': {
      const tests = pattern.value.valueMatchers.map((each) => compileValueTest(each, where));
      return (value) => tests.some((test) => test(value));
    }
    default:
      return refuse(where, 'value matcher has no pattern');
  }
}

function compileNumber(matcher: DoubleMatcher, where: string): (value: number) => boolean {
  const pattern = matcher.matchPattern;
  if (pattern.case === 'exact') {
    const wanted = pattern.value;
    return (value) => value === wanted;
  }
  if (pattern.case !== 'range') return refuse(where, 'double_match has no pattern');
  const { start, end } = pattern.value;
  return (value) => value >= start && value < end;
}
