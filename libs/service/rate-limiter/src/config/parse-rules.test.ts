/** Limits from YAML, and what is said of wrong ones. */

import { describe, expect, it } from 'vitest';
import { parseRules, type Violation } from './parse-rules.ts';
import { findLimit } from './rules.ts';

const good = `
domain: shop
descriptors:
  - key: generic_key
    value: slow
    rate_limit: { unit: minute, requests_per_unit: 5, name: slow-paths }
  - key: user
    rate_limit: { unit: SECOND, requests_per_unit: 2 }
    descriptors:
      - key: path
        value: /pay
        rate_limit: { unit: hour, requests_per_unit: 1 }
        shadow_mode: true
  - key: user
    value: admin
    rate_limit: { unlimited: true }
`;

function limitOf(...pairs: readonly (readonly [string, string])[]) {
  const parsed = parseRules('a.yaml', good);
  if (!('domain' in parsed)) throw new Error(JSON.stringify(parsed));
  const rules = new Map([[parsed.domain, parsed.root]]);
  return findLimit(
    rules,
    'shop',
    pairs.map(([key, value]) => ({ key, value })),
  );
}

describe('limits from YAML', () => {
  it('are found by value, else by key, down the whole descriptor', () => {
    expect(limitOf(['generic_key', 'slow'])).toMatchObject({ unit: 'minute', requestsPerUnit: 5, name: 'slow-paths' });
    expect(limitOf(['user', 'anna'])).toMatchObject({ unit: 'second', requestsPerUnit: 2, shadow: false });
    expect(limitOf(['user', 'admin'])?.unlimited).toBe(true);
    expect(limitOf(['user', 'anna'], ['path', '/pay'])).toMatchObject({ unit: 'hour', shadow: true });
    expect(limitOf(['generic_key', 'fast'])).toBeUndefined();
    expect(limitOf(['user', 'anna'], ['path', '/other'])).toBeUndefined();
    expect(limitOf()).toBeUndefined();
  });

  it('tell every violation with its line', () => {
    const wrong = `domains: x
descriptors:
  - key: a
    rate_limit:
      unit: week
      requests_per_unit: -1
  - value: b
  - key: a
    shadow_mode: maybe
  - key: c
    value: "x*"
  - key: d
    rate_limit: { unlimited: true, unit: day }
`;
    const told = (parseRules('a.yaml', wrong) as readonly Violation[]).map(({ file, line, message }) => {
      return `${file}:${line}: ${message}`;
    });
    expect(told).toEqual([
      'a.yaml:1: domains is not known here: domain, descriptors are',
      'a.yaml:1: domain is missing',
      'a.yaml:5: unit is not one of second, minute, hour, day',
      'a.yaml:6: requests_per_unit is not a whole number',
      'a.yaml:7: key is missing',
      'a.yaml:8: descriptor a stands here twice',
      'a.yaml:9: shadow_mode is neither true nor false',
      'a.yaml:11: a value with a wildcard is not supported',
      'a.yaml:13: unlimited stands beside unit or requests_per_unit',
    ]);
  });

  it('are refused where they are no YAML, no map, or too deep', () => {
    expect(parseRules('a', 'a: [')).toMatchObject([{ file: 'a' }]);
    expect(parseRules('a', '- x')).toMatchObject([{ line: 1, message: 'not a map with domain and descriptors' }]);
    const deep = `domain: d\n${Array.from({ length: 18 }, (_, i) => `${'  '.repeat(i)}descriptors:\n${'  '.repeat(i)}- key: k`).join('\n')}`;
    expect(parseRules('a', deep)).toMatchObject([{ message: 'descriptors are nested deeper than 16' }]);
  });
});
