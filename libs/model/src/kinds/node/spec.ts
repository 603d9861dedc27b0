/** Kubernetes core/v1 Node: what a mesh reads of it is where it stands, which its labels say. */

export interface NodeSpec {
  readonly unschedulable?: boolean;
  /** Of `status`. */
  readonly addresses?: readonly { readonly type: string; readonly address: string }[];
}

/** "region/zone/subzone" by the well-known labels, without the parts that are missing at the end; undefined where there is no region and no zone. */
export function localityOfNode(labels: Readonly<Record<string, string>>): string | undefined {
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? '';
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? '';
  const subzone = labels['topology.istio.io/subzone'] ?? '';
  if (region === '' && zone === '') return undefined;
  return [region, zone, subzone].join('/').replace(/\/+$/, '');
}
