/** Which labels of a caller the rules of a view ask for: callers that agree in them share their routes. */

import type { EgressView } from '../scope/egress-view.ts';

const keysOf = new WeakMap<EgressView, readonly string[]>();

/** "app=client,version=v1", or empty where no rule asks for the source. */
export function sourceKey(view: EgressView, labels: Readonly<Record<string, string>>): string {
  let keys = keysOf.get(view);
  if (keys === undefined) {
    keys = sourceLabelKeys(view);
    keysOf.set(view, keys);
  }
  return keys.map((key) => `${key}=${labels[key] ?? ''}`).join(',');
}

function sourceLabelKeys({ virtualServices }: EgressView): readonly string[] {
  const keys = new Set<string>();
  const add = (match: { readonly sourceLabels?: Readonly<Record<string, string>> } | undefined): void => {
    for (const key of Object.keys(match?.sourceLabels ?? {})) keys.add(key);
  };
  for (const { rules, resource } of virtualServices) {
    for (const { matches } of rules) for (const { match } of matches) add(match);
    // Of these only tunnels read: TCP rules of ports that an explicit proxy tunnels.
    for (const { match } of resource.spec.tcp) match?.forEach(add);
  }
  return [...keys].sort();
}
