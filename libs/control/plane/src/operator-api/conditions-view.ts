/** Conditions of the Gateway API's objects, for who has no Kubernetes to read them from. */

import { type Model, reportedConditions } from '@weft/model';
import type { ConditionsView } from './operator-view.ts';

/** Parts that one answer tells of; those with something amiss come first. */
export const conditionsMax = 1_000;

/** @param addressesOf where the connected proxies of a Gateway are reached. */
export function conditionsView(
  model: Model,
  addressesOf: (namespace: string, name: string) => readonly string[],
): readonly ConditionsView[] {
  const all = reportedConditions(model, addressesOf).map(
    ({ resource, part, conditions, attachedRoutes }): ConditionsView => ({
      resource: `${resource.kind.replace(/\..*$/, '')} ${resource.namespace}/${resource.name}`,
      part,
      ...(attachedRoutes === undefined ? {} : { attachedRoutes }),
      conditions: conditions.map(({ type, status, reason, message }) => ({ type, status, reason, message })),
    }),
  );
  if (all.length <= conditionsMax) return all;
  const isAmiss = ({ conditions }: ConditionsView): boolean =>
    conditions.some(({ type, status }) => (type === 'Conflicted' ? status === 'True' : status === 'False'));
  return [...all.filter(isAmiss), ...all.filter((one) => !isAmiss(one))].slice(0, conditionsMax);
}
