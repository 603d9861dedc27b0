/** The table of contents of kinds: those that are done, and those that are known and refused by name. */

import type { Kind } from '../resource.ts';
import { authorizationPolicySchema } from './authorization-policy/schema.ts';
import { validateAuthorizationPolicy } from './authorization-policy/validate.ts';
import { type KindDefinition, networkingVersions, securityVersions } from './definition.ts';
import { destinationRuleSchema } from './destination-rule/schema.ts';
import { validateDestinationRule } from './destination-rule/validate.ts';
import { envoyFilterSchema } from './envoy-filter/schema.ts';
import { validateEnvoyFilter } from './envoy-filter/validate.ts';
import { gatewaySchema } from './gateway/schema.ts';
import { validateGateway } from './gateway/validate.ts';
import { gatewayApiKinds } from './gateway-api/kinds.ts';
import { kubernetesKinds } from './kubernetes-kinds.ts';
import { linkerdKinds } from './linkerd/kinds.ts';
import { peerAuthenticationSchema } from './peer-authentication/schema.ts';
import { validatePeerAuthentication } from './peer-authentication/validate.ts';
import { proxyConfigSchema } from './proxy-config/schema.ts';
import { validateProxyConfig } from './proxy-config/validate.ts';
import { requestAuthenticationSchema } from './request-authentication/schema.ts';
import { validateRequestAuthentication } from './request-authentication/validate.ts';
import { serviceSchema } from './service/schema.ts';
import { validateService } from './service/validate.ts';
import { serviceEntrySchema } from './service-entry/schema.ts';
import { validateServiceEntry } from './service-entry/validate.ts';
import { sidecarSchema } from './sidecar/schema.ts';
import { validateSidecar } from './sidecar/validate.ts';
import { telemetrySchema } from './telemetry/schema.ts';
import { validateTelemetry } from './telemetry/validate.ts';
import { virtualServiceSchema } from './virtual-service/schema.ts';
import { validateVirtualService } from './virtual-service/validate.ts';
import { workloadEntrySchema } from './workload-entry/schema.ts';
import { validateWorkloadEntry } from './workload-entry/validate.ts';
import { workloadGroupSchema } from './workload-group/schema.ts';
import { validateWorkloadGroup } from './workload-group/validate.ts';

export const kindDefinitions: { readonly [K in Kind]: KindDefinition<K> } = {
  Service: {
    kind: 'Service',
    apiVersions: ['v1'],
    root: '',
    reads: ['status'],
    schema: serviceSchema,
    validate: validateService,
  },
  ServiceEntry: {
    kind: 'ServiceEntry',
    apiVersions: networkingVersions,
    schema: serviceEntrySchema,
    validate: validateServiceEntry,
  },
  WorkloadEntry: {
    kind: 'WorkloadEntry',
    apiVersions: networkingVersions,
    schema: workloadEntrySchema,
    validate: validateWorkloadEntry,
  },
  WorkloadGroup: {
    kind: 'WorkloadGroup',
    apiVersions: networkingVersions,
    schema: workloadGroupSchema,
    validate: validateWorkloadGroup,
  },
  VirtualService: {
    kind: 'VirtualService',
    apiVersions: networkingVersions,
    schema: virtualServiceSchema,
    validate: validateVirtualService,
  },
  DestinationRule: {
    kind: 'DestinationRule',
    apiVersions: networkingVersions,
    schema: destinationRuleSchema,
    validate: validateDestinationRule,
  },
  Gateway: { kind: 'Gateway', apiVersions: networkingVersions, schema: gatewaySchema, validate: validateGateway },
  Sidecar: { kind: 'Sidecar', apiVersions: networkingVersions, schema: sidecarSchema, validate: validateSidecar },
  ProxyConfig: {
    kind: 'ProxyConfig',
    apiVersions: ['networking.istio.io/v1beta1'],
    schema: proxyConfigSchema,
    validate: validateProxyConfig,
  },
  EnvoyFilter: {
    kind: 'EnvoyFilter',
    apiVersions: ['networking.istio.io/v1alpha3'],
    schema: envoyFilterSchema,
    validate: validateEnvoyFilter,
  },
  PeerAuthentication: {
    kind: 'PeerAuthentication',
    apiVersions: securityVersions,
    schema: peerAuthenticationSchema,
    validate: validatePeerAuthentication,
  },
  RequestAuthentication: {
    kind: 'RequestAuthentication',
    apiVersions: securityVersions,
    schema: requestAuthenticationSchema,
    validate: validateRequestAuthentication,
  },
  AuthorizationPolicy: {
    kind: 'AuthorizationPolicy',
    apiVersions: securityVersions,
    schema: authorizationPolicySchema,
    validate: validateAuthorizationPolicy,
  },
  Telemetry: {
    kind: 'Telemetry',
    apiVersions: ['telemetry.istio.io/v1', 'telemetry.istio.io/v1alpha1'],
    schema: telemetrySchema,
    validate: validateTelemetry,
  },
  ...kubernetesKinds,
  ...gatewayApiKinds,
  ...linkerdKinds,
};

/** All that are done, in the order of the table. */
export const kindNames = Object.keys(kindDefinitions) as readonly Kind[];

/** API group → kinds that Istio, Kubernetes, the Gateway API or Linkerd have there and this version refuses by name. */
export const kindsNotDone: Readonly<Record<string, readonly string[]>> = {
  'extensions.istio.io': ['TrafficExtension', 'WasmPlugin'],
  'gateway.networking.k8s.io': ['ListenerSet', 'UDPRoute'],
  'gateway.networking.x-k8s.io': ['XBackendTrafficPolicy', 'XListenerSet', 'XMesh'],
  'install.istio.io': ['IstioOperator'],
  'multicluster.linkerd.io': ['Link'],
  'policy.linkerd.io': ['EgressNetwork'],
  'specs.smi-spec.io': ['UDPRoute'],
  'workload.linkerd.io': ['ExternalGroup', 'ExternalWorkload'],
};
