/** Objects of a cluster that the control plane does not take as they are now, from the files that stand for them. */

import type { FileState } from '@weft/control-sources';
import type { RefusedObject } from './due-statuses.ts';

/** @param files of all sources; those of others than the cluster are left out. */
export function refusedObjects(files: readonly FileState[]): readonly RefusedObject[] {
  return files.flatMap(({ file, state, violations }): RefusedObject[] => {
    const [source, kind, namespace, name] = file.split('/');
    if (source !== 'kubernetes' || state !== 'rejected') return [];
    if (kind === undefined || namespace === undefined || name === undefined) return [];
    const [first] = violations;
    const where = first?.path ? `${first.path}: ` : '';
    return [{ kind, namespace, name, message: `${where}${first?.message ?? 'not taken'}` }];
  });
}
