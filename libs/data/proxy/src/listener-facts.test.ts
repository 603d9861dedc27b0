/** What is known of the proxy from its listeners. */

import { type Runtime, type RuntimeChange, unknownWorkload } from '@weft/data-runtime';
import { xdsTypes } from '@weft/xds-protocol';
import { expect, it } from 'vitest';
import { from, workload } from './http/testing/tables.ts';
import { createListenerFacts } from './listener-facts.ts';
import { testListener } from './listeners/testing/tables.ts';

it('follows the listeners, and keeps nothing of those that are gone', () => {
  const listeners = new Map([['out', testListener('out', { workload: workload('a') })]]);
  let tell = (_: RuntimeChange): void => {};
  const runtime = {
    tables: { listeners },
    onChange(listener: typeof tell) {
      tell = listener;
      return () => {};
    },
  } as unknown as Runtime;
  const facts = createListenerFacts();
  facts.follow(runtime);
  expect(facts.self()).toBe(unknownWorkload);

  const change = { typeUrl: xdsTypes.LDS, changed: ['in'], removed: [] };
  listeners.set('in', testListener('in', { workload: workload('a'), policies: new Map([['guard', from]]) }));
  tell(change);
  expect(facts.self()).toEqual(workload('a'));
  expect(facts.policyFrom('guard')).toBe(from);
  expect(facts.policyFrom('other')).toBeUndefined();

  listeners.clear();
  tell({ ...change, typeUrl: xdsTypes.CDS });
  expect(facts.policyFrom('guard')).toBe(from);
  tell(change);
  expect(facts.policyFrom('guard')).toBeUndefined();
  expect(facts.self()).toBe(unknownWorkload);
});
