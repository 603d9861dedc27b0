/** The check of the page of fields without effect finds what is not true any more. */

import { describe, expect, it } from 'vitest';
import { problemsOf, withoutEffectPage } from './fields-without-effect.ts';

const row = (...fields: string[]) => ({ fields, why: 'nothing reads it' });
const parts = [
  {
    fields: {
      'envoy.a.v3.Cluster': ['stat_name', 'name', 'inner'],
      'envoy.a.v3.Inner': ['depth'],
      'envoy.b.v3.RedirectAction': ['scheme_redirect'],
      'envoy.b.v3.FileAccessLog': ['typed_json_format'],
    },
  },
];
const read = new Set(['name']);

describe('the rows of fields without effect', () => {
  it.each([
    ['name all that no code reads', [{ ...row('Cluster.stat_name', 'Cluster.inner'), within: ['Inner'] }], []],
    ['may name a field of any message', [row('stat_name', 'inner', 'depth')], []],
    [
      'lack a field',
      [row('Cluster.stat_name', 'depth')],
      ['envoy.a.v3.Cluster.inner is taken, no code reads it, and it has no row'],
    ],
    [
      'have one that is not taken any more',
      [row('stat_name', 'inner', 'depth', 'Listener.name')],
      ['Listener.name is not taken, and has a row'],
    ],
  ])('%s', (_what, rows, problems) => {
    expect(problemsOf(rows, parts, read)).toEqual(problems);
  });

  it('are a table', () => {
    expect(withoutEffectPage([row('A.b', 'c')])).toContain('| `A.b`, `c` | nothing reads it |\n');
  });
});
