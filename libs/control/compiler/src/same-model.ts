/** Whether two models differ in nothing but endpoints, which the registry tells of. */

import { isDeepStrictEqual } from 'node:util';
import type { AnyResource, Model } from '@weft/model';

const memo = new WeakMap<Model, WeakMap<Model, boolean>>();

/** True where all resources are the same objects in the same order, but for WorkloadEntries, Kubernetes' endpoints, and the endpoints of ServiceEntries. */
export function sameButInstances(left: Model, right: Model): boolean {
  if (left === right) return true;
  const known = memo.get(left) ?? new WeakMap<Model, boolean>();
  memo.set(left, known);
  const same = known.get(right) ?? compare(left.resources, right.resources);
  known.set(right, same);
  return same;
}

function compare(left: readonly AnyResource[], right: readonly AnyResource[]): boolean {
  let other = 0;
  for (const resource of left) {
    if (isInstance(resource)) continue;
    while (other < right.length && isInstance(right[other])) other += 1;
    if (!says(resource, right[other])) return false;
    other += 1;
  }
  while (other < right.length && isInstance(right[other])) other += 1;
  return other === right.length;
}

/** Of these only the registry reads. */
const instanceKinds: ReadonlySet<string> = new Set(['WorkloadEntry', 'EndpointSlice', 'Pod', 'Node']);

function isInstance(resource: AnyResource | undefined): boolean {
  return resource !== undefined && instanceKinds.has(resource.kind);
}

function says(left: AnyResource, right: AnyResource | undefined): boolean {
  if (left === right) return true;
  if (left.kind !== 'ServiceEntry' || right?.kind !== 'ServiceEntry') return false;
  const { at: _at, spec, ...head } = left;
  const { at: _otherAt, spec: otherSpec, ...otherHead } = right;
  const { endpoints: _endpoints, ...rest } = spec;
  const { endpoints: _otherEndpoints, ...otherRest } = otherSpec;
  return isDeepStrictEqual(head, otherHead) && isDeepStrictEqual(rest, otherRest);
}
