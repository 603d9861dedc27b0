/** Kinds that stand beside the mesh's own in a folder for Kubernetes and that the mesh does not read: taken with a warning. */

import { editDistance } from '../schema/edit-distance.ts';

/** Every kind of these groups. */
const foreignGroups: ReadonlySet<string> = new Set(['apps', 'autoscaling', 'batch', 'extensions', 'policy']);

/** Of groups in which the mesh reads some kinds; the others are slips of the keyboard. */
const foreignKinds: Readonly<Record<string, readonly string[]>> = {
  '': [
    'Binding',
    'Endpoints',
    'Event',
    'LimitRange',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'PodTemplate',
    'ReplicationController',
    'ResourceQuota',
    'ServiceAccount',
  ],
  'networking.k8s.io': ['IPAddress', 'IngressClass', 'ServiceCIDR'],
};

/** A group that far from a known one is a slip of the keyboard, not somebody else's. */
const slipMax = 2;

/** @param knownGroups groups in which the mesh reads some kinds or refuses some by name. */
export function isForeign(group: string, kind: string, knownGroups: readonly string[]): boolean {
  if (foreignGroups.has(group)) return true;
  if (knownGroups.includes(group))
    return Object.hasOwn(foreignKinds, group) && foreignKinds[group]?.includes(kind) === true;
  return knownGroups.every((known) => editDistance(group, known) > slipMax);
}
