/** A small mesh, and documents in short form, for tests of analysers. */

import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { createTestMesh } from '../../testing/mesh.ts';
import { analyse } from '../analyse.ts';
import { analysers } from '../analysers.ts';

export type Case = readonly [
  code: string,
  what: string,
  documents: readonly (readonly [string, string])[],
  ...expected: readonly string[],
];

export const base = documentsText(
  serviceText('order'),
  serviceText('payment', { ports: '{ name: http, port: 8080 }, { name: grpc, port: 9090 }' }),
  workloadGroupText('order', { labels: { app: 'order', version: 'v1' } }),
  workloadGroupText('payment', { labels: { app: 'payment', version: 'v1' } }),
  workloadGroupText('gateway', { namespace: 'istio-system', labels: { istio: 'ingressgateway' } }),
);

const groups: Readonly<Record<string, string>> = {
  Service: 'v1',
  Secret: 'v1',
  PeerAuthentication: 'security.istio.io/v1',
  RequestAuthentication: 'security.istio.io/v1',
  AuthorizationPolicy: 'security.istio.io/v1',
  Telemetry: 'telemetry.istio.io/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  HTTPRoute: 'gateway.networking.k8s.io/v1',
  TLSRoute: 'gateway.networking.k8s.io/v1',
  BackendTLSPolicy: 'gateway.networking.k8s.io/v1',
  ServiceProfile: 'linkerd.io/v1alpha2',
  TrafficSplit: 'split.smi-spec.io/v1alpha4',
  Server: 'policy.linkerd.io/v1beta3',
};

/** "Kind ns/name", "Kind.group ns/name" of version v1, or "Kind@apiVersion ns/name", and the spec in YAML's flow form; "=" stands before what lies beside metadata. */
export function document([what, spec]: readonly [string, string]): string {
  const [written = '', name = ''] = what.split(' ');
  const [bareKind = '', version] = written.split('@');
  const [kind = '', ...group] = bareKind.split('.');
  const [namespace, bare] = name.split('/');
  const body = spec.startsWith('=') ? spec.slice(1) : `spec: ${spec}`;
  return `apiVersion: ${version ?? (group.length > 0 ? `${group.join('.')}/v1` : (groups[kind] ?? 'networking.istio.io/v1'))}\nkind: ${kind}\nmetadata: { name: ${bare}, namespace: ${namespace} }\n${body}\n`;
}

export function findings(code: string, documents: readonly (readonly [string, string])[]): readonly string[] {
  const text = documents.map(document).join('---\n');
  const mesh = createTestMesh({ 'base.yaml': base, ...(text === '' ? {} : { 'f.yaml': text }) });
  const chosen = analysers.filter((analyser) => analyser.code === code);
  return analyse(mesh.input(), chosen).map(({ resource, path, message }) => `${resource} ${path}: ${message}`);
}

export const vs = (spec: string, name = 'shop/v') => [`VirtualService ${name}`, spec] as const;
export const route = (destination: string) => `http: [{ route: [{ destination: ${destination} }] }]`;
export const gateway = [
  'Gateway shop/g',
  '{ selector: { istio: ingressgateway }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["shop.example"] }] }',
] as const;
export const subsets = [
  'DestinationRule shop/d',
  '{ host: payment, subsets: [{ name: v1, labels: { version: v1 } }] }',
] as const;
export const https = (credential: string) =>
  [
    'Gateway shop/g',
    `{ selector: { istio: ingressgateway }, servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: ["*"], tls: { mode: SIMPLE, credentialName: ${credential} } }] }`,
  ] as const;
export const entry = (name: string, more: string) =>
  [`ServiceEntry shop/${name}`, `{ resolution: STATIC, location: MESH_EXTERNAL, ${more} }`] as const;
