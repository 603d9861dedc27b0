/** From what a proxy shares and what it has for itself to its snapshot: checked, and the same object while nothing differs. */

import type { ProxyDescription } from '@weft/control-registry';
import { assertThat } from '@weft/kernel';
import type { CompiledResource } from './cache.ts';
import { checkConsistency } from './consistency.ts';
import { LayeredMap } from './layered-map.ts';
import type { OwnPart } from './own-part.ts';
import type { ResourceType } from './resource-types.ts';
import { createPartMaker, nameSource, type SnapshotPart } from './shared-part.ts';
import { type Snapshot, type SnapshotResource, typeUrls } from './snapshot.ts';

/** Shared maps by type, as the cache returned them; types that nobody shares are absent. */
export type SharedMaps = ReadonlyMap<ResourceType, ReadonlyMap<string, CompiledResource>>;

/** Types whose maps always have two layers: what is shared, what is the proxy's own. */
const layeredTypes: readonly ResourceType[] = ['cluster', 'endpoint'];

const nothing: ReadonlyMap<string, CompiledResource> = new Map();

interface Kept {
  readonly parts: readonly (SnapshotPart | readonly string[])[];
  readonly snapshot: Snapshot;
}

export interface Assembler {
  /** @throws Error when the resources do not fit together. */
  assemble(proxy: ProxyDescription, shared: SharedMaps, own: OwnPart, general: readonly string[]): Snapshot;
}

export function createAssembler(): Assembler {
  const maker = createPartMaker();
  const kept = new WeakMap<ProxyDescription, Kept>();
  const check = createChecks();

  return {
    assemble(proxy, shared, own, general) {
      check(proxy, shared, own);
      const sharedPart = (type: ResourceType): SnapshotPart => maker.partOf(shared.get(type) ?? nothing);
      const types = Object.keys(typeUrls) as ResourceType[];
      const parts = types.map((type) => [sharedPart(type), maker.partOf(own.compiled[type])] as const);
      const all = [...parts.flat(), own.notices, general];
      const before = kept.get(proxy);
      if (before !== undefined && all.every((part, index) => part === before.parts[index])) return before.snapshot;
      const resources = new Map<string, ReadonlyMap<string, SnapshotResource>>();
      types.forEach((type, index) => {
        const [first, second] = parts[index] ?? [];
        if (first !== undefined && second !== undefined) resources.set(typeUrls[type], joined(type, first, second));
      });
      const notices = noticesOf([...parts.flat().map((part) => part.notices), own.notices, general]);
      const snapshot = { resources, notices };
      kept.set(proxy, { parts: all, snapshot });
      return snapshot;
    },
  };
}

function joined(
  type: ResourceType,
  { resources: shared }: SnapshotPart,
  { resources: own }: SnapshotPart,
): ReadonlyMap<string, SnapshotResource> {
  if (!layeredTypes.includes(type)) return own;
  if (![...own.keys()].some((name) => shared.has(name))) return new LayeredMap([shared, own]);
  // What a proxy has for itself wins.
  const rest = new Map([...shared].filter(([name]) => !own.has(name)));
  return new LayeredMap([rest, own]);
}

const sorted = new WeakMap<readonly string[], readonly string[]>();

/** Each once, sorted; proxies with the same lists mostly have one that says anything. */
function noticesOf(lists: readonly (readonly string[])[]): readonly string[] {
  const full = lists.filter((list) => list.length > 0);
  const [only] = full;
  if (only === undefined) return [];
  if (full.length > 1) return [...new Set(full.flat())].sort();
  const known = sorted.get(only) ?? [...new Set(only)].sort();
  sorted.set(only, known);
  return known;
}

/** Shared maps are checked once, own ones against them, once each. */
function createChecks() {
  const whole = new WeakMap<object, WeakMap<object, string>>();
  const owns = new WeakMap<OwnPart, readonly object[]>();

  return (proxy: ProxyDescription, shared: SharedMaps, own: OwnPart): void => {
    const cluster = shared.get('cluster') ?? nothing;
    const endpoint = shared.get('endpoint') ?? nothing;
    // Contents of endpoints refer to nothing: their names are what is checked.
    const names = nameSource(endpoint);
    const { secret } = own.compiled;
    const problems: string[] = [];
    const checked = whole.get(cluster) ?? new WeakMap<object, string>();
    whole.set(cluster, checked);
    const secrets = [...secret.keys()].join('\0');
    if (checked.get(names) !== secrets) {
      problems.push(...checkConsistency({ cluster, endpoint, listener: nothing, route: nothing, secret }));
      if (problems.length === 0) checked.set(names, secrets);
    }
    const against = owns.get(own);
    if (against?.[0] !== nameSource(cluster) || against[1] !== names) {
      problems.push(...checkConsistency(own.compiled, { cluster, endpoint }));
      owns.set(own, [nameSource(cluster), names]);
    }
    assertThat(problems.length === 0, `compiled resources of ${proxy.id} fit together: ${problems.join('; ')}`);
  };
}
