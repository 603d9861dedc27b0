import { describe, expect, it } from 'vitest';
import { parseDocuments } from './parse.ts';
import { describeViolation } from './resource.ts';
import { violationsOf } from './testing/verdict.ts';

const virtualService = (name: string): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ${name} }
spec:
  hosts: [payment]
  http:
    - route:
        - destination: { host: payment }
`;
const header = (apiVersion: string, kind: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: x }\n`;
const withMetadata = (metadata: string): string => virtualService('x').replace('{ name: x }', metadata);

describe('a file of documents', () => {
  it('gives its resources in order, with namespace "default" where none is written', () => {
    const { resources, violations } = parseDocuments('f.yaml', `${virtualService('a')}---\n${virtualService('b')}`);
    expect(violations).toEqual([]);
    expect(resources.map(({ namespace, name, position }) => [namespace, name, position])).toEqual([
      ['default', 'a', { file: 'f.yaml', line: 1, column: 1 }],
      ['default', 'b', { file: 'f.yaml', line: 10, column: 1 }],
    ]);
  });

  it.each(['', '\n', '# nothing\n', '---\n---\n# x\n', 'null\n', '\ufeff'])('may be empty: %j', (text) => {
    expect(parseDocuments('f.yaml', text)).toEqual({
      resources: [],
      violations: [],
      warnings: [],
      texts: [],
      broken: [],
      unreadable: false,
    });
  });

  it('keeps its good documents when one of them is broken', () => {
    const { resources, violations } = parseDocuments(
      'f.yaml',
      `${virtualService('a')}---\nkind: [\n---\n${virtualService('b')}`,
    );
    expect(resources.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(violations.map(describeViolation)).toEqual([
      'f.yaml:11:1 Flow sequence in block collection must be sufficiently indented and end with a ]',
    ]);
  });

  it('shows each violation at its key or value', () => {
    const text = virtualService('a').replace('    - route:', '    - timeoutt: 3s\n      timeout: banana\n      route:');
    expect(parseDocuments('f.yaml', text).violations.map(describeViolation)).toEqual([
      'f.yaml:7:7 spec.http[0].timeoutt: unknown field "timeoutt"; did you mean "timeout"?',
      'f.yaml:8:16 spec.http[0].timeout: "banana" is not a duration; write for example "1.5s" or "100ms"',
    ]);
  });

  it('gives the text of each document alone, indentation kept', () => {
    const indented = virtualService('b').replaceAll(/^(?=.)/gm, '  ');
    const { resources, texts } = parseDocuments('f.yaml', `# first\n${virtualService('a')}---\n${indented}`);
    expect(texts).toEqual([virtualService('a'), indented]);
    for (const [index, text] of texts.entries()) {
      expect(parseDocuments('g.yaml', text).resources[0]?.spec).toEqual(resources[index]?.spec);
    }
  });

  it('may be JSON', () => {
    const text =
      '{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"selector":{"app":"a"},"ports":[{"port":80}]}}';
    expect(parseDocuments('f.json', text).violations).toEqual([]);
  });
});

describe('a resource', () => {
  it('knows where each of its values stands', () => {
    const [resource] = parseDocuments('f.yaml', virtualService('a')).resources;
    const place = (path: string): string => {
      const { line, column } = resource?.at(path) ?? { line: 0, column: 0 };
      return `${line}:${column}`;
    };
    expect(place('spec.http[0]')).toBe('7:7');
    expect(place('spec.http[0].route[0].destination.host')).toBe('8:32');
    expect(place('metadata.name')).toBe('3:19');
    expect(place('spec.http[0].timeout')).toBe('7:7');
    expect(place('spec.http[0].route[7].destination')).toBe('7:7');
    expect(place('nonsense')).toBe('1:1');
    expect(place('')).toBe('1:1');
  });

  it('cannot be changed', () => {
    const [resource] = parseDocuments('f.yaml', virtualService('a')).resources;
    expect(Object.isFrozen(resource)).toBe(true);
    expect(Object.isFrozen(resource?.spec)).toBe(true);
  });

  it('carries labels, annotations and timestamp', () => {
    const text = withMetadata(
      '{ name: x, namespace: n, labels: { a: b }, annotations: { c.d/e: "any\\ntext" }, creationTimestamp: 2026-01-02T03:04:05Z }',
    );
    expect(parseDocuments('f.yaml', text).resources[0]).toMatchObject({
      namespace: 'n',
      labels: { a: 'b' },
      annotations: { 'c.d/e': 'any\ntext' },
      creationTimestamp: '2026-01-02T03:04:05Z',
    });
  });

  it('may be what kubectl prints: server-side metadata and status pass', () => {
    const text = withMetadata(`
  name: x
  creationTimestamp: null
  deletionGracePeriodSeconds: 0
  finalizers: [a]
  generateName: x-
  generation: 3
  managedFields: [{ manager: kubectl }]
  ownerReferences: []
  resourceVersion: "1"
  selfLink: /x
  uid: 0b1c`);
    expect(violationsOf(`${text}status: { anything: [goes] }\n`)).toEqual([]);
  });
});

describe('the envelope of a document', () => {
  it.each([
    ['a list', '- a\n', ': expected a map, got a list'],
    ['a word', 'hello\n', ': expected a map, got the string "hello"'],
    ['no kind', 'apiVersion: v1\nmetadata: { name: x }\n', 'kind: "kind" is required'],
    ['no apiVersion', 'kind: Service\nmetadata: { name: x }\n', 'apiVersion: "apiVersion" is required'],
    ['a field of its own', `${virtualService('x')}specc: {}\n`, 'specc: unknown field "specc"; did you mean "spec"?'],
    ['no name', withMetadata('{ namespace: a }'), 'metadata.name: "name" is required'],
    [
      'a name in upper case',
      withMetadata('{ name: Payment }'),
      'metadata.name: "Payment" is not a resource name (RFC 1123): lower-case letters, digits, "-" and ".", at most 253',
    ],
    [
      'a namespace with a dot',
      withMetadata('{ name: x, namespace: a.b }'),
      'metadata.namespace: "a.b" is not a DNS label (RFC 1123): lower-case letters, digits and "-", at most 63',
    ],
    [
      'a number as name',
      withMetadata('{ name: 1 }'),
      'metadata.name: expected a string, got the number 1; put it in quotes',
    ],
    [
      'a time that is none',
      withMetadata('{ name: x, creationTimestamp: yesterday }'),
      'metadata.creationTimestamp: "yesterday" is not a time (RFC 3339)',
    ],
    [
      'unknown metadata',
      withMetadata('{ name: x, label: {} }'),
      'metadata.label: unknown field "label"; did you mean "labels"?',
    ],
    ['no spec', header('networking.istio.io/v1', 'Gateway'), 'spec: "spec" is required'],
  ])('is refused with %s', (_name, text, expected) => {
    expect(violationsOf(text)).toEqual([expected]);
  });
});

describe('a kind', () => {
  it.each(['v1', 'v1beta1', 'v1alpha3'])('of networking.istio.io/%s is known', (version) => {
    expect(violationsOf(virtualService('a').replace('io/v1', `io/${version}`))).toEqual([]);
  });

  it.each([
    ['gateway.networking.k8s.io/v1alpha2', 'UDPRoute', 'gateway.networking.k8s.io'],
    ['policy.linkerd.io/v1alpha1', 'EgressNetwork', 'policy.linkerd.io'],
    ['workload.linkerd.io/v1beta1', 'ExternalWorkload', 'workload.linkerd.io'],
    ['specs.smi-spec.io/v1alpha4', 'UDPRoute', 'specs.smi-spec.io'],
  ])('%s %s is refused by name', (apiVersion, kind, group) => {
    expect(violationsOf(header(apiVersion, kind))).toEqual([
      `kind: ${kind} (${group}) is not done yet in this version; remove it`,
    ]);
  });

  it.each([
    ['apps/v1', 'Deployment', 'Deployment (apps)'],
    ['apps/v1', 'StatefulSet', 'StatefulSet (apps)'],
    ['batch/v1', 'CronJob', 'CronJob (batch)'],
    ['v1', 'ServiceAccount', 'ServiceAccount'],
    ['v1', 'PersistentVolumeClaim', 'PersistentVolumeClaim'],
    ['rbac.authorization.k8s.io/v1', 'Role', 'Role (rbac.authorization.k8s.io)'],
    ['networking.k8s.io/v1', 'IngressClass', 'IngressClass (networking.k8s.io)'],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'CustomResourceDefinition (apiextensions.k8s.io)'],
    ['cert-manager.io/v1', 'Certificate', 'Certificate (cert-manager.io)'],
    ['serving.knative.dev/v1', 'Service', 'Service (serving.knative.dev)'],
    ['constructor/v1', 'constructor', 'constructor (constructor)'],
  ])('of others, %s %s, is taken with a warning whatever it holds', (apiVersion, kind, shown) => {
    const text = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: "system:x" }\nanything: [goes]\n`;
    expect(violationsOf(text)).toEqual([`warning: kind: ${shown} is not read by the mesh`]);
    expect(parseDocuments('f.yaml', text).resources).toEqual([]);
  });

  it.each([
    [
      'networking.istio.oi/v1',
      'Thing',
      'apiVersion: unknown API group "networking.istio.oi"; did you mean "networking.istio.io"?',
    ],
    [
      'networking.istio.io/v2',
      'Gateway',
      'apiVersion: unknown apiVersion "networking.istio.io/v2" of Gateway; known: networking.istio.io/v1, networking.istio.io/v1beta1, networking.istio.io/v1alpha3',
    ],
    ['v2', 'Service', 'apiVersion: unknown apiVersion "v2" of Service; known: v1'],
  ])('%s %s is unknown', (apiVersion, kind, expected) => {
    expect(violationsOf(header(apiVersion, kind))).toEqual([expected]);
  });
});

describe('a kind that nobody knows', () => {
  it.each([
    [
      'networking.istio.io/v1',
      'VirtualServic',
      'kind: unknown kind "VirtualServic" of "networking.istio.io/v1"; did you mean "VirtualService"?; known: ',
    ],
    ['v1', 'Zebra', 'kind: unknown kind "Zebra" of "v1"; known: '],
    ['v1', 'Secrets', 'kind: unknown kind "Secrets" of "v1"; did you mean "Secret"?; known: '],
  ])('%s %s is refused with those that are known', (apiVersion, kind, start) => {
    const [told = '', ...more] = violationsOf(header(apiVersion, kind));
    expect(more).toEqual([]);
    expect(told.slice(0, start.length)).toBe(start);
  });
});

describe('a List', () => {
  const list = (items: string): string =>
    `apiVersion: v1\nkind: List\nitems:${items}\nmetadata: { resourceVersion: "" }\n`;
  const item = (name: string, field: string): string => `
- apiVersion: v1
  kind: Service
  metadata: { name: ${name} }
  spec:
    selector: { app: a }
    ${field}: [{ port: 80 }]`;

  it('gives its items as documents of their own', () => {
    const { resources, texts, violations } = parseDocuments('f.yaml', list(item('a', 'ports') + item('b', 'ports')));
    expect(violations).toEqual([]);
    expect(resources.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(resources[1]?.position).toEqual({ file: 'f.yaml', line: 10, column: 3 });
    expect(resources[1]?.at('spec.ports[0].port')).toEqual({ file: 'f.yaml', line: 15, column: 21 });
    expect(texts.map((text) => parseDocuments('g.yaml', text).resources[0]?.spec)).toEqual(
      resources.map(({ spec }) => spec),
    );
  });

  it('keeps its good items and says which one is broken', () => {
    const { resources, violations } = parseDocuments('f.yaml', list(item('a', 'port') + item('b', 'ports')));
    expect(resources.map(({ name }) => name)).toEqual(['b']);
    expect(violations.map(describeViolation)).toEqual([
      'f.yaml:7:3 items[0].spec.ports: at least one port is required',
      'f.yaml:9:5 items[0].spec.port: unknown field "port"; did you mean "ports"?',
    ]);
  });

  it.each([
    ['nothing', '', []],
    ['an empty list', ' []', []],
    ['a word', ' hello', ['items: expected a list']],
    ['a word among its items', '\n- hello', ['items[0]: expected a map, got the string "hello"']],
    [
      'a list of lists',
      `\n- { apiVersion: v1, kind: List, items: [{ apiVersion: v1, kind: Zebra, metadata: { name: a } }] }`,
      [expect.stringContaining('items[0].items[0].kind: unknown kind "Zebra"')],
    ],
  ])('may hold %s', (_name, items, expected) => {
    expect(violationsOf(list(items))).toEqual(expected);
  });

  it('may be typed', () => {
    const text = list(item('a', 'ports')).replace('kind: List', 'kind: ServiceList');
    expect(parseDocuments('f.yaml', text).resources).toHaveLength(1);
  });
});
