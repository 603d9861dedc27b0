/** Header matchers where a name has several fields: each value is compared for itself. */

import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { RequestHead } from '@weft/http';
import { HeaderMatcherSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { describe, expect, it } from 'vitest';
import { compileFieldsTest, compileHeaderTest } from './header-matcher.ts';

function tests(change: Record<string, JsonValue>) {
  const matcher = fromJson(HeaderMatcherSchema, { name: 'x-v', ...change });
  const ofRequest = compileHeaderTest(matcher, 'm');
  const ofAnswer = compileFieldsTest(matcher, 'm');
  return (...values: string[]): boolean => {
    const head = new RequestHead();
    for (const value of values) head.fields.push('x-v', value);
    const found = ofRequest(head);
    expect(ofAnswer(head.fields)).toBe(found);
    return found;
  };
}

describe('a header matcher', () => {
  it('takes any value that matches, none that is joined', () => {
    const test = tests({ string_match: { exact: 'b' } });
    expect([test(), test('a'), test('b'), test('a', 'b'), test('b', 'a')]).toEqual([false, false, true, true, true]);
    expect(tests({ string_match: { contains: ',' } })('a', 'b')).toBe(false);
  });

  it('that is inverted takes a field of which no value matches', () => {
    const test = tests({ string_match: { exact: 'b' }, invert_match: true });
    expect([test(), test('a'), test('a', 'c'), test('a', 'b'), test('b', 'a')]).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it('takes an absent field for an empty one where it says so', () => {
    const change = { treat_missing_header_as_empty: true, string_match: { safe_regex: { regex: '|on' } } };
    expect(tests(change)()).toBe(true);
    expect(tests({ ...change, invert_match: true })()).toBe(false);
  });

  it('asks for presence or absence', () => {
    expect([tests({ present_match: true })('a'), tests({ present_match: true })()]).toEqual([true, false]);
    expect([tests({ present_match: false })('a'), tests({ present_match: false })()]).toEqual([false, true]);
    const absent = tests({ present_match: true, invert_match: true });
    expect([absent('a', 'b'), absent()]).toEqual([false, true]);
  });
});
