/** The kinds of the Gateway API. */

import type { KindDefinition } from '../definition.ts';
import { backendTlsPolicySchema } from './backend-tls-policy/schema.ts';
import type { BackendTlsPolicySpec } from './backend-tls-policy/spec.ts';
import { validateBackendTlsPolicy } from './backend-tls-policy/validate.ts';
import { kubernetesGatewaySchema } from './gateway/schema.ts';
import type { KubernetesGatewaySpec } from './gateway/spec.ts';
import { validateKubernetesGateway } from './gateway/validate.ts';
import { gatewayClassSchema } from './gateway-class/schema.ts';
import type { GatewayClassSpec } from './gateway-class/spec.ts';
import { grpcRouteSchema } from './grpc-route/schema.ts';
import type { GrpcRouteSpec } from './grpc-route/spec.ts';
import { validateGrpcRoute } from './grpc-route/validate.ts';
import { httpRouteSchema } from './http-route/schema.ts';
import type { HttpRouteSpec } from './http-route/spec.ts';
import { validateHttpRoute } from './http-route/validate.ts';
import { tcpRouteSchema, tlsRouteSchema, validateLayer4Route } from './layer4-routes.ts';
import { referenceGrantSchema } from './reference-grant/schema.ts';
import type { ReferenceGrantSpec } from './reference-grant/spec.ts';
import type { TcpRouteSpec } from './tcp-route/spec.ts';
import type { TlsRouteSpec } from './tls-route/spec.ts';

export interface GatewayApiSpecs {
  GatewayClass: GatewayClassSpec;
  'Gateway.gateway.networking.k8s.io': KubernetesGatewaySpec;
  HTTPRoute: HttpRouteSpec;
  GRPCRoute: GrpcRouteSpec;
  TLSRoute: TlsRouteSpec;
  TCPRoute: TcpRouteSpec;
  ReferenceGrant: ReferenceGrantSpec;
  BackendTLSPolicy: BackendTlsPolicySpec;
}

const versions = (...names: string[]): string[] => names.map((name) => `gateway.networking.k8s.io/${name}`);
const nothing = (): void => {};

export const gatewayApiKinds: { readonly [K in keyof GatewayApiSpecs]: KindDefinition<K> } = {
  GatewayClass: {
    kind: 'GatewayClass',
    apiVersions: versions('v1', 'v1beta1'),
    clusterScoped: true,
    schema: gatewayClassSchema,
    validate: nothing,
  },
  'Gateway.gateway.networking.k8s.io': {
    kind: 'Gateway.gateway.networking.k8s.io',
    apiVersions: versions('v1', 'v1beta1'),
    schema: kubernetesGatewaySchema,
    validate: validateKubernetesGateway,
  },
  HTTPRoute: {
    kind: 'HTTPRoute',
    apiVersions: versions('v1', 'v1beta1'),
    schema: httpRouteSchema,
    validate: validateHttpRoute,
  },
  GRPCRoute: {
    kind: 'GRPCRoute',
    apiVersions: versions('v1', 'v1alpha2'),
    schema: grpcRouteSchema,
    validate: validateGrpcRoute,
  },
  TLSRoute: {
    kind: 'TLSRoute',
    apiVersions: versions('v1', 'v1alpha3', 'v1alpha2'),
    schema: tlsRouteSchema,
    validate: validateLayer4Route,
  },
  TCPRoute: {
    kind: 'TCPRoute',
    apiVersions: versions('v1alpha2'),
    schema: tcpRouteSchema,
    validate: validateLayer4Route,
  },
  ReferenceGrant: {
    kind: 'ReferenceGrant',
    apiVersions: versions('v1', 'v1beta1', 'v1alpha2'),
    schema: referenceGrantSchema,
    validate: nothing,
  },
  BackendTLSPolicy: {
    kind: 'BackendTLSPolicy',
    apiVersions: versions('v1', 'v1alpha3'),
    schema: backendTlsPolicySchema,
    validate: validateBackendTlsPolicy,
  },
};
