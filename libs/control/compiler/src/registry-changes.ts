/** What differs between two views of the registry, found once per pair. */

import type { RegistryView } from '@weft/control-registry';

export interface RegistryChanges {
  /** Services that came, went, or are another object. */
  readonly hosts: ReadonlySet<string>;
  /** Of instances that came, went, or changed. */
  readonly addresses: ReadonlySet<string>;
  /** One of the services has no address of its own: listeners are made of its instances. */
  readonly headless: boolean;
}

const memo = new WeakMap<RegistryView, WeakMap<RegistryView, RegistryChanges>>();

export function registryChanges(from: RegistryView, to: RegistryView): RegistryChanges {
  const known = memo.get(from) ?? new WeakMap<RegistryView, RegistryChanges>();
  memo.set(from, known);
  const changes = known.get(to) ?? compare(from, to);
  known.set(to, changes);
  return changes;
}

function compare(from: RegistryView, to: RegistryView): RegistryChanges {
  const hosts = new Set<string>();
  const addresses = new Set<string>();
  let headless = false;
  for (const key of new Set([...from.services.keys(), ...to.services.keys()])) {
    const before = from.services.get(key);
    const after = to.services.get(key);
    if (before === after) continue;
    hosts.add((after ?? before)?.host ?? key);
    headless ||= before?.headless === true || after?.headless === true;
    const old = new Set(before?.instances);
    const now = new Set(after?.instances);
    for (const instance of old) if (!now.has(instance)) addresses.add(instance.address);
    for (const instance of now) if (!old.has(instance)) addresses.add(instance.address);
  }
  return { hosts, addresses, headless };
}
