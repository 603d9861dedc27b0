/** The kinds of Linkerd, and those of SMI that it reads. */

import type { KindDefinition } from '../definition.ts';
import { linkerdAuthorizationPolicySchema } from './authorization-policy/schema.ts';
import type { LinkerdAuthorizationPolicySpec } from './authorization-policy/spec.ts';
import { validateLinkerdAuthorizationPolicy } from './authorization-policy/validate.ts';
import { httpLocalRateLimitPolicySchema } from './http-local-rate-limit-policy/schema.ts';
import type { HttpLocalRateLimitPolicySpec } from './http-local-rate-limit-policy/spec.ts';
import { validateHttpLocalRateLimitPolicy } from './http-local-rate-limit-policy/validate.ts';
import { linkerdHttpRouteSchema } from './http-route/schema.ts';
import type { LinkerdHttpRouteSpec } from './http-route/spec.ts';
import { validateLinkerdHttpRoute } from './http-route/validate.ts';
import { httpRouteGroupSchema } from './http-route-group/schema.ts';
import type { HttpRouteGroupSpec } from './http-route-group/spec.ts';
import { validateHttpRouteGroup } from './http-route-group/validate.ts';
import { meshTlsAuthenticationSchema } from './mesh-tls-authentication/schema.ts';
import type { MeshTlsAuthenticationSpec } from './mesh-tls-authentication/spec.ts';
import { validateMeshTlsAuthentication } from './mesh-tls-authentication/validate.ts';
import { networkAuthenticationSchema } from './network-authentication/schema.ts';
import type { NetworkAuthenticationSpec } from './network-authentication/spec.ts';
import { validateNetworkAuthentication } from './network-authentication/validate.ts';
import { serverSchema } from './server/schema.ts';
import type { ServerSpec } from './server/spec.ts';
import { validateServer } from './server/validate.ts';
import { serverAuthorizationSchema } from './server-authorization/schema.ts';
import type { ServerAuthorizationSpec } from './server-authorization/spec.ts';
import { validateServerAuthorization } from './server-authorization/validate.ts';
import { serviceProfileSchema } from './service-profile/schema.ts';
import type { ServiceProfileSpec } from './service-profile/spec.ts';
import { validateServiceProfile } from './service-profile/validate.ts';
import { smiTcpRouteSchema } from './smi-tcp-route/schema.ts';
import type { SmiTcpRouteSpec } from './smi-tcp-route/spec.ts';
import { trafficSplitSchema } from './traffic-split/schema.ts';
import type { TrafficSplitSpec } from './traffic-split/spec.ts';
import { validateTrafficSplit } from './traffic-split/validate.ts';
import { trafficTargetSchema } from './traffic-target/schema.ts';
import type { TrafficTargetSpec } from './traffic-target/spec.ts';
import { validateTrafficTarget } from './traffic-target/validate.ts';

export interface LinkerdSpecs {
  ServiceProfile: ServiceProfileSpec;
  Server: ServerSpec;
  ServerAuthorization: ServerAuthorizationSpec;
  'AuthorizationPolicy.policy.linkerd.io': LinkerdAuthorizationPolicySpec;
  MeshTLSAuthentication: MeshTlsAuthenticationSpec;
  NetworkAuthentication: NetworkAuthenticationSpec;
  'HTTPRoute.policy.linkerd.io': LinkerdHttpRouteSpec;
  HTTPLocalRateLimitPolicy: HttpLocalRateLimitPolicySpec;
  TrafficSplit: TrafficSplitSpec;
  TrafficTarget: TrafficTargetSpec;
  HTTPRouteGroup: HttpRouteGroupSpec;
  'TCPRoute.specs.smi-spec.io': SmiTcpRouteSpec;
}

const policy = (...versions: string[]): string[] => versions.map((version) => `policy.linkerd.io/${version}`);
const smi = (group: string, ...versions: string[]): string[] =>
  versions.map((version) => `${group}.smi-spec.io/${version}`);

export const linkerdKinds: { readonly [K in keyof LinkerdSpecs]: KindDefinition<K> } = {
  ServiceProfile: {
    kind: 'ServiceProfile',
    apiVersions: ['linkerd.io/v1alpha2', 'linkerd.io/v1alpha1'],
    schema: serviceProfileSchema,
    validate: validateServiceProfile,
  },
  Server: {
    kind: 'Server',
    apiVersions: policy('v1beta3', 'v1beta2', 'v1beta1', 'v1alpha1'),
    schema: serverSchema,
    validate: validateServer,
  },
  ServerAuthorization: {
    kind: 'ServerAuthorization',
    apiVersions: policy('v1beta1', 'v1alpha1'),
    schema: serverAuthorizationSchema,
    validate: validateServerAuthorization,
  },
  'AuthorizationPolicy.policy.linkerd.io': {
    kind: 'AuthorizationPolicy.policy.linkerd.io',
    apiVersions: policy('v1alpha1'),
    schema: linkerdAuthorizationPolicySchema,
    validate: validateLinkerdAuthorizationPolicy,
  },
  MeshTLSAuthentication: {
    kind: 'MeshTLSAuthentication',
    apiVersions: policy('v1alpha1'),
    schema: meshTlsAuthenticationSchema,
    validate: validateMeshTlsAuthentication,
  },
  NetworkAuthentication: {
    kind: 'NetworkAuthentication',
    apiVersions: policy('v1alpha1'),
    schema: networkAuthenticationSchema,
    validate: validateNetworkAuthentication,
  },
  'HTTPRoute.policy.linkerd.io': {
    kind: 'HTTPRoute.policy.linkerd.io',
    apiVersions: policy('v1beta3', 'v1beta2', 'v1beta1', 'v1alpha1'),
    schema: linkerdHttpRouteSchema,
    validate: validateLinkerdHttpRoute,
  },
  HTTPLocalRateLimitPolicy: {
    kind: 'HTTPLocalRateLimitPolicy',
    apiVersions: policy('v1alpha1'),
    schema: httpLocalRateLimitPolicySchema,
    validate: validateHttpLocalRateLimitPolicy,
  },
  TrafficSplit: {
    kind: 'TrafficSplit',
    apiVersions: smi('split', 'v1alpha4', 'v1alpha3', 'v1alpha2', 'v1alpha1'),
    schema: trafficSplitSchema,
    validate: validateTrafficSplit,
  },
  TrafficTarget: {
    kind: 'TrafficTarget',
    apiVersions: smi('access', 'v1alpha3', 'v1alpha2'),
    schema: trafficTargetSchema,
    validate: validateTrafficTarget,
  },
  HTTPRouteGroup: {
    kind: 'HTTPRouteGroup',
    apiVersions: smi('specs', 'v1alpha4', 'v1alpha3', 'v1alpha2'),
    schema: httpRouteGroupSchema,
    validate: validateHttpRouteGroup,
  },
  'TCPRoute.specs.smi-spec.io': {
    kind: 'TCPRoute.specs.smi-spec.io',
    apiVersions: smi('specs', 'v1alpha4', 'v1alpha3', 'v1alpha2'),
    schema: smiTcpRouteSchema,
    validate: () => {},
  },
};
