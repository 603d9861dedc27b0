import { describe, expect, it } from 'vitest';
import { type Case, describeFull, describeVerdicts, violationsOf } from '../../testing/verdict.ts';

const backend = '{ service: { name: a, port: { number: 80 } } }';
const paths = (list: string): string => `ingressClassName: istio\nrules: [{ http: { paths: [${list}] } }]`;
const at = 'spec.rules[0].http.paths[0]';

const cases: Case[] = [
  ['needs something to serve', 'ingressClassName: istio', 'spec: defaultBackend or rules is required'],
  [
    'warns where no class is named',
    `defaultBackend: ${backend}`,
    'warning: spec: without ingressClassName the mesh does not serve it; write ingressClassName: istio',
  ],
  ['refuses no path', paths(`{ pathType: Prefix, backend: ${backend} }`), `${at}: pathType Prefix needs a path`],
  [
    'refuses a relative path',
    paths(`{ path: a, pathType: Prefix, backend: ${backend} }`),
    `${at}.path: the path "a" must start with "/"`,
  ],
  [
    'refuses dots in a path',
    paths(`{ path: /a/../b, pathType: Exact, backend: ${backend} }`),
    `${at}.path: a path must not contain "//", "/./", "/../" or an encoded slash`,
  ],
  [
    'refuses another type',
    paths(`{ path: /, pathType: Regex, backend: ${backend} }`),
    `${at}.pathType: "Regex" is not one of Exact, Prefix, ImplementationSpecific`,
  ],
  [
    'refuses a port twice said',
    paths('{ path: /, pathType: Exact, backend: { service: { name: a, port: { name: b, number: 1 } } } }'),
    `${at}.backend.service.port: one of name and number is required, and not both`,
  ],
  [
    'refuses other resources by name',
    'ingressClassName: istio\ndefaultBackend: { resource: {} }',
    'spec.defaultBackend.service: "service" is required',
    'spec.defaultBackend.resource: Ingress.backend.resource is not done yet in this version; remove it',
  ],
  [
    'refuses a wildcard that is none',
    `ingressClassName: istio\nrules: [{ host: "*" }]`,
    'spec.rules[0].host: a wildcard host is "*.example.com"',
  ],
];

describeFull('Ingress', import.meta.dirname);
describeVerdicts('Ingress', cases);

describe('an Ingress', () => {
  it('may name its class by annotation, but not twice', () => {
    const text = (spec: string): string =>
      `apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: a, annotations: { kubernetes.io/ingress.class: istio } }\nspec: { ${spec}defaultBackend: ${backend} }\n`;
    expect(violationsOf(text(''))).toEqual([]);
    expect(violationsOf(text('ingressClassName: istio, '))).toEqual([
      'spec.ingressClassName: ingressClassName cannot stand beside the annotation kubernetes.io/ingress.class',
    ]);
  });
});
