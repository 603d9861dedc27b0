/** WEFT0106: rules of several APIs for one service. */

import { selectsLabels } from '@weft/model';
import { shadowedHosts } from '../../virtual-services/mesh-hosts.ts';
import type { AnalysedMesh } from '../analysed-mesh.ts';
import { nameOf } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';
import { type Api, apiOf } from './api-of.ts';

export const mixedApis: Analyser = {
  code: 'WEFT0106',
  name: 'mixed-apis',
  severity: 'warning',
  istio: [],
  summary: "Rules of Istio's API, of the Gateway API or of Linkerd's stand for one service at once.",
  effect:
    "They are not mixed. For routes one API speaks for a host alone, the first of: VirtualService, TLSRoute and TCPRoute (Gateway API) for the connections that they are about, ServiceProfile, TrafficSplit, HTTPRoute and GRPCRoute (Gateway API), HTTPRoute (policy.linkerd.io), Linkerd's annotations of the Service. For access, policies of Istio and of Linkerd hold both: a call needs the leave of each.",
  remedy: 'Say it in one API, and delete the other resources.',
  find: (mesh) => [...ofRoutes(mesh), ...ofAccess(mesh)],
};

function ofRoutes(mesh: AnalysedMesh): readonly Doubt[] {
  return shadowedHosts(mesh.index).flatMap(({ rules, position, winner }) => {
    const [mine, other] = [apiOf(rules.resource), apiOf(winner.resource)];
    if (mine === other) return [];
    const host = rules.hosts[position] ?? '';
    const message = `${nameOf(winner.resource)} (${other}) speaks for ${host} before ${mine} does; this one is not used for calls inside the mesh`;
    return [{ resource: rules.resource, path: '', message }];
  });
}

/** Servers of Linkerd whose workloads Istio's policies guard as well. */
function ofAccess({ model, workloads, policies }: AnalysedMesh): readonly Doubt[] {
  return model.byKind('Server').flatMap((resource) => {
    const { podSelector, externalWorkloadSelector } = resource.spec;
    const guarded = workloads.find(
      ({ namespace, labels }) =>
        namespace === resource.namespace &&
        selectsLabels(podSelector ?? externalWorkloadSelector ?? {}, labels) &&
        authorized(policies.of({ namespace, labels }).authorization),
    );
    if (guarded === undefined) return [];
    const both: readonly Api[] = ['Istio', 'Linkerd'];
    const message = `${guarded.what} is guarded by policies of ${both.join(' and of ')}: a call needs the leave of each`;
    return [{ resource, path: 'spec', message }];
  });
}

function authorized(policies: Readonly<Record<'custom' | 'deny' | 'allow', readonly unknown[]>>): boolean {
  return policies.custom.length + policies.deny.length + policies.allow.length > 0;
}
