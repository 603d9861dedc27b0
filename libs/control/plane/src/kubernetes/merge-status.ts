/** A wanted status over the one that an object has: times stay where nothing changed, other controllers' parts stay. */

import { isDeepStrictEqual } from 'node:util';
import type { Condition, GatewayStatus, RouteParentStatus } from '@weft/model';

/** A condition as it stands in an object. */
export interface ObservedCondition extends Condition {
  readonly lastTransitionTime?: string;
  readonly observedGeneration?: number;
}

export type WantedStatus =
  | { readonly conditions: readonly Condition[] }
  | (GatewayStatus & { readonly addresses: readonly object[] })
  | { readonly parents: readonly RouteParentStatus[]; readonly controllerName: string };

interface ObservedParent {
  readonly parentRef: object;
  readonly controllerName: string;
  readonly conditions?: readonly ObservedCondition[];
}

interface ObservedListener {
  readonly name: string;
  readonly conditions?: readonly ObservedCondition[];
}

export interface ObservedStatus {
  readonly conditions?: readonly ObservedCondition[];
  readonly listeners?: readonly ObservedListener[];
  readonly parents?: readonly ObservedParent[];
  readonly [field: string]: unknown;
}

/** Undefined where the object says all of it already. @param generation of the object. @param now RFC 3339. */
export function mergeStatus(
  observed: ObservedStatus,
  wanted: WantedStatus,
  generation: number,
  now: string,
): ObservedStatus | undefined {
  const conditions = (before: readonly ObservedCondition[] = [], next: readonly Condition[]): ObservedCondition[] => {
    const ours = next.map((condition) => {
      const known = before.find(({ type }) => type === condition.type);
      const lastTransitionTime = known?.status === condition.status ? known.lastTransitionTime : undefined;
      return { ...condition, observedGeneration: generation, lastTransitionTime: lastTransitionTime ?? now };
    });
    return [...before.filter(({ type }) => !next.some((one) => one.type === type)), ...ours];
  };
  const next = { ...observed };
  if ('parents' in wanted) {
    const before = observed.parents ?? [];
    const ours = wanted.parents.map(({ parentRef, controllerName, conditions: own }) => {
      const known = before.find(
        (parent) => parent.controllerName === controllerName && isDeepStrictEqual(parent.parentRef, parentRef),
      );
      return { parentRef, controllerName, conditions: conditions(known?.conditions, own) };
    });
    const parents = [...before.filter(({ controllerName }) => controllerName !== wanted.controllerName), ...ours];
    // A route that is nobody's has no status of ours, and needs none.
    if (parents.length === 0 && before.length === 0) return undefined;
    Object.assign(next, { parents });
  } else {
    Object.assign(next, { conditions: conditions(observed.conditions, wanted.conditions) });
    if ('listeners' in wanted) {
      const listeners = wanted.listeners.map((listener) => {
        const known = observed.listeners?.find(({ name }) => name === listener.name);
        return { ...listener, conditions: conditions(known?.conditions, listener.conditions) };
      });
      Object.assign(next, { listeners, addresses: wanted.addresses });
    }
  }
  // As JSON: what is absent and what is undefined are one.
  return isDeepStrictEqual(JSON.parse(JSON.stringify(next)), JSON.parse(JSON.stringify(observed))) ? undefined : next;
}
