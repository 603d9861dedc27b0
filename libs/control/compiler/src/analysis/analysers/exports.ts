/** Whether two resources are ever seen by one proxy. */

import type { MeshConfig, Resource } from '@weft/model';

type Exported = Pick<Resource<'VirtualService'>, 'namespace' | 'spec'>;

/** False where no namespace sees both. */
export function mayMeet(mesh: MeshConfig, left: Exported, right: Exported): boolean {
  const one = seenBy(mesh, left);
  const other = seenBy(mesh, right);
  if (one === 'all' || other === 'all') return one !== 'none' && other !== 'none';
  if (one === 'none' || other === 'none') return false;
  return [...one].some((namespace) => other.has(namespace));
}

function seenBy(mesh: MeshConfig, { namespace, spec }: Exported): ReadonlySet<string> | 'all' | 'none' {
  const written = spec.exportTo?.length ? spec.exportTo : mesh.defaultVirtualServiceExportTo;
  if (written.includes('*')) return 'all';
  const names = written.filter((target) => target !== '~').map((target) => (target === '.' ? namespace : target));
  return names.length === 0 ? 'none' : new Set(names);
}
