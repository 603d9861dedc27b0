/** CustomResourceDefinitions from the schemas that the control plane parses with; `node scripts/crds.mjs` writes them. */

import { z } from 'zod';
import { watchedKinds } from '../libs/control/sources/src/kubernetes/watched-kinds.ts';
import { writtenKind } from '../libs/model/src/kinds/definition.ts';
import { kindDefinitions } from '../libs/model/src/kinds/registry.ts';

type Json = Readonly<Record<string, unknown>>;
type CustomKind = keyof typeof watchedKinds;

/** File below infra/kubernetes → API groups whose kinds it defines. */
export const crdFiles: Readonly<Record<string, (group: string) => boolean>> = {
  'base/crds.yaml': (group) => group.endsWith('.istio.io'),
  'gateway-api/crds.yaml': (group) => group === 'gateway.networking.k8s.io',
  'linkerd/crds.yaml': (group) =>
    group === 'linkerd.io' || group.endsWith('.linkerd.io') || group.endsWith('.smi-spec.io'),
};

/** As kubectl users know them from Istio and the Gateway API. */
const shortNames: Readonly<Record<string, readonly string[]>> = {
  VirtualService: ['vs'],
  DestinationRule: ['dr'],
  Gateway: ['gw'],
  ServiceEntry: ['se'],
  WorkloadEntry: ['we'],
  WorkloadGroup: ['wg'],
  PeerAuthentication: ['pa'],
  RequestAuthentication: ['ra'],
  AuthorizationPolicy: ['ap'],
  GatewayClass: ['gc'],
  'Gateway.gateway.networking.k8s.io': ['gtw'],
  ReferenceGrant: ['refgrant'],
};

const preserve = { 'x-kubernetes-preserve-unknown-fields': true };

/** The text of one file of `crdFiles`: a document a kind, sorted, its schema on one line. */
export function crdsYaml(file: string): string {
  const wanted = crdFiles[file] ?? (() => false);
  const kinds = (Object.keys(watchedKinds) as CustomKind[]).filter((kind) => wanted(watchedKinds[kind].group)).sort();
  const head = '# Generated from the schemas of libs/model by `node scripts/crds.mjs`; do not edit.\n';
  return head + kinds.map(crdYaml).join('');
}

function crdYaml(kind: CustomKind): string {
  const { group, versions, plural } = watchedKinds[kind];
  const definition = kindDefinitions[kind];
  const written = writtenKind(kind);
  const short = shortNames[kind] ?? [];
  const names = {
    kind: written,
    listKind: `${written}List`,
    plural,
    singular: written.toLowerCase(),
    ...(short.length === 0 ? {} : { shortNames: short }),
    categories: ['weft'],
  };
  const lines = [
    '---',
    'apiVersion: apiextensions.k8s.io/v1',
    'kind: CustomResourceDefinition',
    'metadata:',
    `  name: ${plural}.${group}`,
    ...(group.endsWith('.k8s.io')
      ? ['  annotations: { api-approved.kubernetes.io: "unapproved, what this mesh reads of the kind" }']
      : []),
    'spec:',
    `  group: ${group}`,
    `  scope: ${definition.clusterScoped === true ? 'Cluster' : 'Namespaced'}`,
    `  names: ${JSON.stringify(names)}`,
    '  versions:',
    ...versions.flatMap((version, index) => [
      `    - name: ${version}`,
      '      served: true',
      `      storage: ${index === 0}`,
      '      subresources: { status: {} }',
      index === 0 ? `      schema: &schema ${JSON.stringify(schemaOf(kind))}` : '      schema: *schema',
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function schemaOf(kind: CustomKind): Json {
  const { root = 'spec', schema } = kindDefinitions[kind];
  const body = structural(z.toJSONSchema(schema as z.ZodType, { io: 'input', unrepresentable: 'any' }) as Json);
  const status = { type: 'object', ...preserve };
  const { 'x-kubernetes-preserve-unknown-fields': _all, ...beside } = body;
  const fields = (root === 'spec' ? { spec: body } : beside['properties']) as Json;
  return { openAPIV3Schema: { type: 'object', ...(root === '' ? preserve : {}), properties: { ...fields, status } } };
}

/**
 * The part of a JSON schema that an API server takes as a structural one. What it cannot say is let pass, unknown fields too: an API server would drop
 * them in silence, the webhook refuses them by name.
 */
export function structural(schema: Json): Json {
  const { type, properties, items, additionalProperties, required, enum: values } = schema;
  if (type === 'array') return { type, items: structural(isSchema(items) ? items : {}) };
  if (type === 'object' && isSchema(properties)) {
    const entries = Object.entries(properties).map(([name, value]) => [name, structural(isSchema(value) ? value : {})]);
    return {
      type,
      ...preserve,
      properties: Object.fromEntries(entries),
      ...(Array.isArray(required) && required.length > 0 ? { required } : {}),
    };
  }
  if (type === 'object' && isSchema(additionalProperties)) {
    return { type, additionalProperties: structural(additionalProperties) };
  }
  if (type === 'object') return { type, ...preserve };
  if (type === 'string' || type === 'number' || type === 'integer' || type === 'boolean') {
    return { type, ...(Array.isArray(values) ? { enum: values } : {}) };
  }
  return preserve;
}

function isSchema(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
