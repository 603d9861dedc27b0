/** Whether two models differ in nothing but endpoints, which the registry tells of. */

import { isDeepStrictEqual } from 'node:util';
import { type AnyResource, type Model, modelChanges } from '@weft/model';

const memo = new WeakMap<Model, WeakMap<Model, boolean>>();

/** True where all resources are the same objects in the same order, but for WorkloadEntries, Kubernetes' endpoints, and the endpoints of ServiceEntries. */
export function sameButInstances(left: Model, right: Model): boolean {
  if (left === right) return true;
  const known = memo.get(left) ?? new WeakMap<Model, boolean>();
  memo.set(left, known);
  const same = known.get(right) ?? compare(left, right);
  known.set(right, same);
  return same;
}

function compare(left: Model, right: Model): boolean {
  const { removed, added } = modelChanges(left, right);
  const mine = removed.filter((resource) => !isInstance(resource));
  const others = added.filter((resource) => !isInstance(resource));
  return mine.length === others.length && mine.every((resource, index) => says(resource, others[index]));
}

/** Of these only the registry reads; what a proxy reads of its own Pod is among the inputs of its own part. */
const instanceKinds: ReadonlySet<string> = new Set(['WorkloadEntry', 'EndpointSlice', 'Pod', 'Node']);

function isInstance(resource: AnyResource): boolean {
  return instanceKinds.has(resource.kind);
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
