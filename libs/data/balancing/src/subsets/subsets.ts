/** Subsets: only endpoints whose metadata are what the route asks for (Envoy's lb_subset_config). */

import type { BalancingSpec, Endpoint, PickContext } from '@weft/data-runtime';
import type { Layer } from '../layers.ts';

type SubsetSpec = NonNullable<BalancingSpec['subsets']>;
type Criteria = Readonly<Record<string, string>>;

/** Subsets of one cluster; endpoints past it are found through the fallback only. */
export const subsetsMax = 10_000;

export class Subsets implements Layer {
  readonly #spec: SubsetSpec;
  readonly #make: () => Layer;
  /** Selector's keys, as one text → its fallback. */
  readonly #selectors: ReadonlyMap<string, 'none' | 'any' | 'default'>;
  readonly #any: Layer;
  readonly #default: Layer;
  #subsets = new Map<string, Layer>();
  /** What a route's criteria come to; routes keep their object, so that a request looks up once. */
  #resolved = new WeakMap<Criteria, { readonly found: Layer | undefined }>();

  /** @param make the layer below, for each subset and for the fallbacks. */
  constructor(spec: SubsetSpec, make: () => Layer) {
    this.#spec = spec;
    this.#make = make;
    this.#any = this.#make();
    this.#default = this.#make();
    this.#selectors = new Map(
      spec.selectors.map(({ keys, fallback }) => [
        JSON.stringify([...keys].sort()),
        fallback === 'not-defined' ? spec.fallback : fallback,
      ]),
    );
  }

  update(endpoints: readonly Endpoint[]): void {
    const groups = new Map<string, Endpoint[]>();
    const selectors = [...this.#selectors.keys()].map((text) => JSON.parse(text) as string[]);
    for (const endpoint of endpoints) {
      for (const keys of selectors) {
        const key = subsetKey(keys, endpoint.lbMetadata);
        if (key === undefined) continue;
        const group = groups.get(key);
        if (group !== undefined) group.push(endpoint);
        else if (groups.size < subsetsMax) groups.set(key, [endpoint]);
      }
    }
    const before = this.#subsets;
    this.#subsets = new Map();
    for (const [key, group] of groups) {
      const subset = before.get(key) ?? this.#make();
      subset.update(group);
      this.#subsets.set(key, subset);
    }
    this.#any.update(endpoints);
    const wanted = Object.entries(this.#spec.defaultSubset);
    this.#default.update(
      endpoints.filter(({ lbMetadata }) => wanted.every(([key, value]) => lbMetadata[key] === value)),
    );
    this.#resolved = new WeakMap();
  }

  pick(context: PickContext | undefined, attempt: number): Endpoint | undefined {
    const criteria = context?.subset;
    if (criteria === undefined) return this.#fallback(this.#spec.fallback)?.pick(context, attempt);
    let resolved = this.#resolved.get(criteria);
    if (resolved === undefined) {
      resolved = { found: this.#resolve(criteria) };
      this.#resolved.set(criteria, resolved);
    }
    return resolved.found?.pick(context, attempt);
  }

  #resolve(criteria: Criteria): Layer | undefined {
    const keys = Object.keys(criteria).sort();
    const selector = this.#selectors.get(JSON.stringify(keys));
    if (selector === undefined) return this.#fallback(this.#spec.fallback);
    return this.#subsets.get(subsetKey(keys, criteria) ?? '') ?? this.#fallback(selector);
  }

  #fallback(policy: 'none' | 'any' | 'default'): Layer | undefined {
    if (policy === 'none') return undefined;
    return policy === 'any' ? this.#any : this.#default;
  }
}

/** @param keys sorted. @returns nothing where one of them is missing. */
function subsetKey(keys: readonly string[], values: Criteria): string | undefined {
  const pairs: string[] = [];
  for (const key of keys) {
    const value = values[key];
    if (value === undefined) return undefined;
    pairs.push(key, value);
  }
  return JSON.stringify(pairs);
}
