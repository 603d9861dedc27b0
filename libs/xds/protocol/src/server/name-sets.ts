/** Sets of subscribed names, shared by all streams that want the same: a thousand proxies keep one list of clusters, not a thousand. */

import { createHash } from 'node:crypto';

/** Smaller sets are not worth sharing. */
const sharedFrom = 32;
/** Steps remembered from one set to others. */
export const stepsMax = 64;

export const noNames: ReadonlySet<string> = new Set();

const steps = new WeakMap<ReadonlySet<string>, Map<string, WeakRef<ReadonlySet<string>>>>();

/** The set after a change; the set itself where nothing changes. Sets given and returned must not be changed. */
export function changedNames(
  names: ReadonlySet<string>,
  added: readonly string[],
  removed: readonly string[],
): ReadonlySet<string> {
  const fresh = added.filter((name) => !names.has(name));
  const gone = removed.filter((name) => names.has(name));
  if (fresh.length === 0 && gone.length === 0) return names;
  if (names.size + fresh.length < sharedFrom) return apply(names, fresh, gone);
  const key = createHash('sha256').update(fresh.join('\0')).update('\0\0').update(gone.join('\0')).digest('base64');
  const known = steps.get(names) ?? new Map<string, WeakRef<ReadonlySet<string>>>();
  steps.set(names, known);
  const before = known.get(key)?.deref();
  if (before !== undefined) return before;
  const next = apply(names, fresh, gone);
  known.delete(key);
  known.set(key, new WeakRef(next));
  if (known.size > stepsMax) {
    for (const oldest of known.keys()) {
      known.delete(oldest);
      break;
    }
  }
  return next;
}

function apply(names: ReadonlySet<string>, added: readonly string[], removed: readonly string[]): ReadonlySet<string> {
  const next = new Set(names);
  for (const name of added) next.add(name);
  for (const name of removed) next.delete(name);
  return next;
}
