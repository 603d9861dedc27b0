/** Kinds of Kubernetes itself that the mesh reads. */

import { configMapSchema } from './config-map/schema.ts';
import type { ConfigMapSpec } from './config-map/spec.ts';
import { validateConfigMap } from './config-map/validate.ts';
import type { KindDefinition } from './definition.ts';
import { endpointSliceSchema } from './endpoint-slice/schema.ts';
import type { EndpointSliceSpec } from './endpoint-slice/spec.ts';
import { validateEndpointSlice } from './endpoint-slice/validate.ts';
import { ingressSchema } from './ingress/schema.ts';
import type { IngressSpec } from './ingress/spec.ts';
import { validateIngress } from './ingress/validate.ts';
import { namespaceSchema } from './namespace/schema.ts';
import type { NamespaceSpec } from './namespace/spec.ts';
import { validateNamespace } from './namespace/validate.ts';
import { networkPolicySchema } from './network-policy/schema.ts';
import type { NetworkPolicySpec } from './network-policy/spec.ts';
import { validateNetworkPolicy } from './network-policy/validate.ts';
import { nodeSchema } from './node/schema.ts';
import type { NodeSpec } from './node/spec.ts';
import { podSchema } from './pod/schema.ts';
import type { PodSpec } from './pod/spec.ts';
import { validatePod } from './pod/validate.ts';
import { secretSchema } from './secret/schema.ts';
import type { SecretSpec } from './secret/spec.ts';
import { validateSecret } from './secret/validate.ts';

export interface KubernetesSpecs {
  EndpointSlice: EndpointSliceSpec;
  Pod: PodSpec;
  Node: NodeSpec;
  Namespace: NamespaceSpec;
  Secret: SecretSpec;
  ConfigMap: ConfigMapSpec;
  NetworkPolicy: NetworkPolicySpec;
  Ingress: IngressSpec;
}

export const kubernetesKinds: { readonly [K in keyof KubernetesSpecs]: KindDefinition<K> } = {
  EndpointSlice: {
    kind: 'EndpointSlice',
    apiVersions: ['discovery.k8s.io/v1'],
    root: '',
    schema: endpointSliceSchema,
    validate: validateEndpointSlice,
  },
  Pod: {
    kind: 'Pod',
    apiVersions: ['v1'],
    root: '',
    reads: ['metadata', 'status'],
    schema: podSchema,
    validate: validatePod,
  },
  Node: {
    kind: 'Node',
    apiVersions: ['v1'],
    root: '',
    reads: ['status'],
    clusterScoped: true,
    schema: nodeSchema,
    validate: () => {},
  },
  Namespace: {
    kind: 'Namespace',
    apiVersions: ['v1'],
    root: '',
    reads: ['status'],
    clusterScoped: true,
    schema: namespaceSchema,
    validate: validateNamespace,
  },
  Secret: {
    kind: 'Secret',
    apiVersions: ['v1'],
    root: '',
    confidential: true,
    schema: secretSchema,
    validate: validateSecret,
  },
  ConfigMap: {
    kind: 'ConfigMap',
    apiVersions: ['v1'],
    root: '',
    schema: configMapSchema,
    validate: validateConfigMap,
  },
  NetworkPolicy: {
    kind: 'NetworkPolicy',
    apiVersions: ['networking.k8s.io/v1'],
    schema: networkPolicySchema,
    validate: validateNetworkPolicy,
  },
  Ingress: {
    kind: 'Ingress',
    apiVersions: ['networking.k8s.io/v1'],
    schema: ingressSchema,
    validate: validateIngress,
  },
};
