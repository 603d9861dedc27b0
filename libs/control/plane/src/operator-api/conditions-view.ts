/** Conditions of the Gateway API's objects, for who has no Kubernetes to read them from. */

import { type Model, reportedConditions } from '@weft/model';
import type { ConditionsView } from './operator-view.ts';

/** Parts that one answer tells of; those with something amiss come first. */
export const conditionsMax = 1_000;

type AddressesOf = (namespace: string, name: string) => readonly string[];

const made = new WeakMap<Model, { readonly addresses: string; readonly view: readonly ConditionsView[] }>();

/** The same for as long as model and addresses are. @param addressesOf where the connected proxies of a Gateway are reached. */
export function conditionsView(model: Model, addressesOf: AddressesOf): readonly ConditionsView[] {
  const gateways = model.byKind('Gateway.gateway.networking.k8s.io');
  const addresses = JSON.stringify(gateways.map(({ namespace, name }) => addressesOf(namespace, name)));
  const known = made.get(model);
  if (known?.addresses === addresses) return known.view;
  const view = computeView(model, addressesOf);
  made.set(model, { addresses, view });
  return view;
}

function computeView(model: Model, addressesOf: AddressesOf): readonly ConditionsView[] {
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
