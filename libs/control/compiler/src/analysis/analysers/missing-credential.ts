/** WEFT0110: a gateway's certificate that is not there, or has not what it takes. */

import { picksLabels, type Resource } from '@weft/model';
import type { AnalysedMesh } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

export const missingCredential: Analyser = {
  code: 'WEFT0110',
  name: 'missing-credential',
  severity: 'error',
  istio: ['IST0101', 'IST0161'],
  summary: "A server of a Gateway names a Secret that is not in the gateway workload's namespace, or has no key pair.",
  effect: 'The handshake of its clients fails: the gateway has no certificate to show.',
  remedy:
    'Create the Secret (type `kubernetes.io/tls`, keys `tls.crt` and `tls.key`) in the namespace of the gateway workload.',
  find: (mesh) =>
    mesh.model.byKind('Gateway').flatMap((resource) =>
      resource.spec.servers.flatMap(({ tls }, index) => {
        const path = `spec.servers[${index}].tls`;
        const one = tls?.credentialName === undefined ? [] : [[`${path}.credentialName`, tls.credentialName] as const];
        const more = (tls?.credentialNames ?? []).map(
          (name, position) => [`${path}.credentialNames[${position}]`, name] as const,
        );
        return [...one, ...more].flatMap(([at, name]) => doubtsOf(mesh, resource, at, name));
      }),
    ),
};

function doubtsOf(mesh: AnalysedMesh, resource: Resource<'Gateway'>, path: string, name: string): readonly Doubt[] {
  // Secrets that a plug-in or a file provides are nobody's here.
  if (/^(sds|builtin|configmap|kubernetes-gateway):\/\//.test(name)) return [];
  const own = mesh.workloads.filter(({ labels }) => picksLabels(resource.spec.selector, labels));
  const namespaces = [...new Set(own.length === 0 ? [resource.namespace] : own.map(({ namespace }) => namespace))];
  const bare = name.replace(/^kubernetes:\/\//, '');
  const secrets = namespaces.flatMap((namespace) => mesh.model.get('Secret', namespace, bare) ?? []);
  const secret = secrets[0];
  if (secret === undefined) {
    return [{ resource, path, message: `there is no Secret ${bare} in namespace ${namespaces.join(' or ')}` }];
  }
  const { data } = secret.spec;
  const complete = (data['tls.crt'] && data['tls.key']) || (data['cert'] && data['key']);
  if (complete) return [];
  return [{ resource, path, message: `Secret ${secret.namespace}/${secret.name} has no tls.crt and tls.key` }];
}
