/** WEFT0121: clients and servers that disagree about mutual TLS. */

import type { ServiceView } from '@weft/control-registry';
import { type ClientTls, type EffectiveMutualTlsMode, hasLabels, type Resource } from '@weft/model';
import { hostCovers } from '../../model-index.ts';
import { type AnalysedMesh, nameOf } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

export const mutualTlsConflict: Analyser = {
  code: 'WEFT0121',
  name: 'mutual-tls-conflict',
  severity: 'error',
  istio: ['IST0113'],
  summary: 'A DestinationRule makes clients speak another TLS than the PeerAuthentication of the service takes.',
  effect: 'Every connection fails: 503 with UF.',
  remedy:
    'Drop `tls` from the DestinationRule (mutual TLS is then found out by itself), or change the PeerAuthentication.',
  find: (mesh) =>
    mesh.model.byKind('DestinationRule').flatMap((resource) => {
      const host = mesh.expand(resource.spec.host, resource.namespace);
      const services = [...mesh.services.values()].filter((one) => one.meshInternal && hostCovers(host, one.host));
      const said = tlsOf(resource);
      return services.flatMap((service) => said.flatMap((one) => conflict(mesh, resource, service, one)));
    }),
};

interface SaidTls {
  readonly path: string;
  readonly mode: ClientTls['mode'];
  /** Of the service; absent: all. */
  readonly port?: number;
  readonly subset?: Readonly<Record<string, string>>;
}

function tlsOf({ spec }: Resource<'DestinationRule'>): readonly SaidTls[] {
  const found: SaidTls[] = [];
  const add = (path: string, policy: typeof spec.trafficPolicy, subset?: Readonly<Record<string, string>>): void => {
    const own = subset === undefined ? {} : { subset };
    if (policy?.tls !== undefined) found.push({ path: `${path}.tls`, mode: policy.tls.mode, ...own });
    policy?.portLevelSettings?.forEach(({ port, tls }, index) => {
      if (tls === undefined) return;
      found.push({ path: `${path}.portLevelSettings[${index}].tls`, mode: tls.mode, port: port.number, ...own });
    });
  };
  add('spec.trafficPolicy', spec.trafficPolicy);
  spec.subsets?.forEach((subset, index) => {
    add(`spec.subsets[${index}].trafficPolicy`, subset.trafficPolicy, subset.labels ?? {});
  });
  return found;
}

function conflict(
  mesh: AnalysedMesh,
  resource: Resource<'DestinationRule'>,
  service: ServiceView,
  { path, mode, port, subset = {} }: SaidTls,
): readonly Doubt[] {
  const wanted: EffectiveMutualTlsMode = mode === 'ISTIO_MUTUAL' ? 'DISABLE' : 'STRICT';
  const ports = port === undefined ? service.ports.map(({ number }) => number) : [port];
  for (const workload of mesh.workloadsOf(service)) {
    if (!hasLabels(workload.labels, subset)) continue;
    const { mutualTls } = mesh.policies.of(workload);
    for (const number of ports) {
      const effective = mutualTls.ports.get(targetOf(mesh, service, number)) ?? mutualTls;
      if (effective.mode !== wanted) continue;
      const by = effective.policy === undefined ? '' : ` (${nameOf(effective.policy)})`;
      const message = `clients of ${service.host}:${number} speak ${spoken(mode)}, and ${workload.what} takes ${taken(wanted)}${by}`;
      return [{ resource, path: `${path}.mode`, message }];
    }
  }
  return [];
}

/** portLevelMtls counts by the workload's port. */
function targetOf(mesh: AnalysedMesh, service: ServiceView, number: number): number {
  const definition = mesh.definitionOf(service);
  if (definition?.kind !== 'Service') return number;
  const written = definition.spec.ports.find(({ port }) => port === number)?.targetPort;
  return typeof written === 'number' ? written : number;
}

function spoken(mode: ClientTls['mode']): string {
  if (mode === 'DISABLE') return 'plain text';
  return mode === 'ISTIO_MUTUAL' ? "the mesh's mutual TLS" : `TLS of their own (${mode})`;
}

function taken(mode: EffectiveMutualTlsMode): string {
  return mode === 'STRICT' ? "the mesh's mutual TLS alone" : 'plain text alone';
}
