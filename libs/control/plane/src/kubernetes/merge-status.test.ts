import { describe, expect, it } from 'vitest';
import { mergeStatus } from './merge-status.ts';

const condition = (type: string, status: 'True' | 'False') => ({ type, status, reason: type, message: 'm' });
const at = <T extends object>(condition: T, observedGeneration: number, lastTransitionTime: string) => ({
  ...condition,
  observedGeneration,
  lastTransitionTime,
});
const ours = 'istio.io/gateway-controller';
const parentRef = { name: 'a' };

describe('a status', () => {
  it('keeps the time of what did not change, and says for which generation it holds', () => {
    const observed = {
      conditions: [at(condition('Accepted', 'True'), 1, 'then'), at(condition('Own', 'True'), 1, 'then')],
    };
    const wanted = { conditions: [condition('Accepted', 'True'), condition('Programmed', 'False')] };
    expect(mergeStatus(observed, wanted, 2, 'now')).toEqual({
      conditions: [
        at(condition('Own', 'True'), 1, 'then'),
        at(condition('Accepted', 'True'), 2, 'then'),
        at(condition('Programmed', 'False'), 2, 'now'),
      ],
    });
  });

  it('has a new time where the condition turned', () => {
    const observed = { conditions: [at(condition('Accepted', 'True'), 1, 'then')] };
    expect(mergeStatus(observed, { conditions: [condition('Accepted', 'False')] }, 1, 'now')?.conditions).toEqual([
      at(condition('Accepted', 'False'), 1, 'now'),
    ]);
  });

  it('that says all of it is not written again', () => {
    const observed = { conditions: [at(condition('Accepted', 'True'), 1, 'then')] };
    expect(mergeStatus(observed, { conditions: [condition('Accepted', 'True')] }, 1, 'now')).toBeUndefined();
  });

  it('of a route leaves the parents of other controllers alone, and forgets ours that are no more', () => {
    const other = { parentRef: { name: 'x' }, controllerName: 'other', conditions: [] };
    const gone = { parentRef: { name: 'gone' }, controllerName: ours, conditions: [] };
    const wanted = {
      controllerName: ours,
      parents: [{ parentRef, controllerName: ours, conditions: [condition('Accepted', 'True')] }],
    };
    expect(mergeStatus({ parents: [gone, other] }, wanted, 1, 'now')).toEqual({
      parents: [other, { parentRef, controllerName: ours, conditions: [at(condition('Accepted', 'True'), 1, 'now')] }],
    });
    expect(mergeStatus({}, { controllerName: ours, parents: [] }, 1, 'now')).toBeUndefined();
    expect(mergeStatus({ parents: [gone] }, { controllerName: ours, parents: [] }, 1, 'now')).toEqual({ parents: [] });
  });

  it('of a Gateway has its listeners and addresses', () => {
    const listener = {
      name: 'http',
      attachedRoutes: 1,
      supportedKinds: [],
      conditions: [condition('Accepted', 'True')],
    };
    const wanted = { conditions: [], listeners: [listener], addresses: [{ type: 'IPAddress', value: '10.0.0.1' }] };
    expect(mergeStatus({}, wanted as never, 3, 'now')).toMatchObject({
      listeners: [
        { name: 'http', conditions: [{ type: 'Accepted', observedGeneration: 3, lastTransitionTime: 'now' }] },
      ],
      addresses: [{ value: '10.0.0.1' }],
    });
  });
});
