/** A wanted status over the one that an object has: times stay where nothing changed, other controllers' parts stay. */

import { isDeepStrictEqual } from 'node:util';
import type { Condition, GatewayStatus, IngressAddress, PolicyAncestorStatus, RouteParentStatus } from '@weft/model';

/** A condition as it stands in an object. */
export interface ObservedCondition extends Condition {
  readonly lastTransitionTime?: string;
  readonly observedGeneration?: number;
}

export type WantedStatus =
  | { readonly conditions: readonly Condition[] }
  | { readonly loadBalancer: { readonly ingress: readonly IngressAddress[] } }
  | (GatewayStatus & { readonly addresses: readonly object[] })
  | { readonly parents: readonly RouteParentStatus[]; readonly controllerName: string }
  | { readonly ancestors: readonly PolicyAncestorStatus[]; readonly controllerName: string };

/** An entry of a list that controllers share: each has its own entries. */
interface Entry<C extends Condition = ObservedCondition> {
  readonly controllerName: string;
  readonly conditions?: readonly C[];
  readonly parentRef?: object;
  readonly ancestorRef?: object;
}

interface ObservedListener {
  readonly name: string;
  readonly conditions?: readonly ObservedCondition[];
}

export interface ObservedStatus {
  readonly conditions?: readonly ObservedCondition[];
  readonly listeners?: readonly ObservedListener[];
  readonly parents?: readonly Entry[];
  readonly ancestors?: readonly Entry[];
  readonly loadBalancer?: { readonly ingress?: readonly IngressAddress[] };
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
  if ('loadBalancer' in wanted) return mergeAddresses(observed, wanted.loadBalancer.ingress);
  const next = { ...observed };
  const shared = <T extends Entry<Condition>>(
    before: readonly Entry[] = [],
    ours: readonly T[],
    controller: string,
  ): readonly object[] => {
    const isSame = (known: Entry, own: T): boolean =>
      known.controllerName === controller &&
      isDeepStrictEqual(known.parentRef ?? known.ancestorRef, own.parentRef ?? own.ancestorRef);
    const made = ours.map((own) => {
      const known = before.find((entry) => isSame(entry, own));
      return { ...own, conditions: conditions(known?.conditions, own.conditions ?? []) };
    });
    return [...before.filter(({ controllerName }) => controllerName !== controller), ...made];
  };
  if ('parents' in wanted || 'ancestors' in wanted) {
    const [field, ours] =
      'parents' in wanted ? (['parents', wanted.parents] as const) : (['ancestors', wanted.ancestors] as const);
    const list = shared<Entry<Condition>>(observed[field], ours, wanted.controllerName);
    // What is nobody's has no status of ours, and needs none.
    if (list.length === 0 && (observed[field] ?? []).length === 0) return undefined;
    Object.assign(next, { [field]: list });
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

/** Of an Ingress: what other controllers say of its ports stays where the addresses are the same. */
function mergeAddresses(observed: ObservedStatus, wanted: readonly IngressAddress[]): ObservedStatus | undefined {
  const known = observed.loadBalancer?.ingress ?? [];
  const isSame =
    known.length === wanted.length &&
    wanted.every(({ ip, hostname }, index) => ip === known[index]?.ip && hostname === known[index]?.hostname);
  return isSame ? undefined : { ...observed, loadBalancer: { ingress: wanted } };
}
