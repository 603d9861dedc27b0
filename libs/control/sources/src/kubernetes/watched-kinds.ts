/** Where an API server keeps each kind that the mesh reads. */

import type { Kind } from '@weft/model';
import type { KubernetesObject } from './object.ts';

export interface WatchedKind {
  /** "" for the core group. */
  readonly group: string;
  /** The best first: the first that the API server has is used. */
  readonly versions: readonly string[];
  readonly plural: string;
  /** Without it the mesh would be another one: nothing is served before it was read. */
  readonly essential: boolean;
  readonly fieldSelector?: string;
  /** False for an object that the mesh has nothing to read in: it is not kept. Absent: all are. */
  readonly isRead?: (object: KubernetesObject) => boolean;
}

/** A bundle of CA certificates, which policies and listeners of the Gateway API name. The mesh's own ConfigMap is read by itself. */
function holdsRoots(object: KubernetesObject): boolean {
  const has = (map: unknown): boolean => typeof map === 'object' && map !== null && Object.hasOwn(map, 'ca.crt');
  return has(object['data']) || has(object['binaryData']);
}

const istio = ['v1', 'v1beta1', 'v1alpha3'] as const;

const kind = (group: string, versions: readonly string[], plural: string, essential = true): WatchedKind => ({
  group,
  versions,
  plural,
  essential,
});
const networking = (plural: string, versions: readonly string[] = istio) =>
  kind('networking.istio.io', versions, plural);
const security = (plural: string) => kind('security.istio.io', ['v1', 'v1beta1'], plural);
const gatewayApi = (plural: string, ...versions: string[]) =>
  kind('gateway.networking.k8s.io', versions, plural, false);
const linkerd = (plural: string, ...versions: string[]) => kind('policy.linkerd.io', versions, plural, false);
const smi = (group: string, plural: string, ...versions: string[]) =>
  kind(`${group}.smi-spec.io`, versions, plural, false);

export const watchedKinds: { readonly [K in Kind]: WatchedKind } = {
  Service: kind('', ['v1'], 'services'),
  EndpointSlice: kind('discovery.k8s.io', ['v1'], 'endpointslices'),
  Pod: kind('', ['v1'], 'pods'),
  Node: kind('', ['v1'], 'nodes'),
  Namespace: kind('', ['v1'], 'namespaces'),
  Secret: {
    ...kind('', ['v1'], 'secrets', false),
    // Many and large, and never a gateway's certificate.
    fieldSelector: 'type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token',
  },
  ConfigMap: {
    ...kind('', ['v1'], 'configmaps', false),
    // One in each namespace, by Kubernetes and by us.
    fieldSelector: 'metadata.name!=kube-root-ca.crt,metadata.name!=istio-ca-root-cert',
    isRead: holdsRoots,
  },
  NetworkPolicy: kind('networking.k8s.io', ['v1'], 'networkpolicies', false),
  Ingress: kind('networking.k8s.io', ['v1'], 'ingresses', false),
  VirtualService: networking('virtualservices'),
  DestinationRule: networking('destinationrules'),
  Gateway: networking('gateways'),
  ServiceEntry: networking('serviceentries'),
  WorkloadEntry: networking('workloadentries'),
  WorkloadGroup: networking('workloadgroups'),
  Sidecar: networking('sidecars'),
  ProxyConfig: networking('proxyconfigs', ['v1beta1']),
  EnvoyFilter: networking('envoyfilters', ['v1alpha3']),
  PeerAuthentication: security('peerauthentications'),
  RequestAuthentication: security('requestauthentications'),
  AuthorizationPolicy: security('authorizationpolicies'),
  Telemetry: kind('telemetry.istio.io', ['v1', 'v1alpha1'], 'telemetries'),
  GatewayClass: gatewayApi('gatewayclasses', 'v1', 'v1beta1'),
  'Gateway.gateway.networking.k8s.io': gatewayApi('gateways', 'v1', 'v1beta1'),
  HTTPRoute: gatewayApi('httproutes', 'v1', 'v1beta1'),
  GRPCRoute: gatewayApi('grpcroutes', 'v1', 'v1alpha2'),
  TLSRoute: gatewayApi('tlsroutes', 'v1', 'v1alpha3', 'v1alpha2'),
  TCPRoute: gatewayApi('tcproutes', 'v1alpha2'),
  ReferenceGrant: gatewayApi('referencegrants', 'v1', 'v1beta1', 'v1alpha2'),
  BackendTLSPolicy: gatewayApi('backendtlspolicies', 'v1', 'v1alpha3'),
  ServiceProfile: kind('linkerd.io', ['v1alpha2', 'v1alpha1'], 'serviceprofiles', false),
  Server: linkerd('servers', 'v1beta3', 'v1beta2', 'v1beta1', 'v1alpha1'),
  ServerAuthorization: linkerd('serverauthorizations', 'v1beta1', 'v1alpha1'),
  'AuthorizationPolicy.policy.linkerd.io': linkerd('authorizationpolicies', 'v1alpha1'),
  MeshTLSAuthentication: linkerd('meshtlsauthentications', 'v1alpha1'),
  NetworkAuthentication: linkerd('networkauthentications', 'v1alpha1'),
  'HTTPRoute.policy.linkerd.io': linkerd('httproutes', 'v1beta3', 'v1beta2', 'v1beta1', 'v1alpha1'),
  HTTPLocalRateLimitPolicy: linkerd('httplocalratelimitpolicies', 'v1alpha1'),
  TrafficSplit: smi('split', 'trafficsplits', 'v1alpha4', 'v1alpha3', 'v1alpha2', 'v1alpha1'),
  TrafficTarget: smi('access', 'traffictargets', 'v1alpha3', 'v1alpha2'),
  HTTPRouteGroup: smi('specs', 'httproutegroups', 'v1alpha4', 'v1alpha3', 'v1alpha2'),
  'TCPRoute.specs.smi-spec.io': smi('specs', 'tcproutes', 'v1alpha4', 'v1alpha3', 'v1alpha2'),
};

/** "/api/v1" or "/apis/networking.istio.io/v1". */
export function groupPath(group: string, version: string): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}
