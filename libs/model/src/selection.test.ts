import { describe, expect, it } from 'vitest';
import { parseDocuments } from './parse.ts';
import type { Kind, Resource } from './resource.ts';
import { effectiveMutualTls, selectAuthorizationPolicies, selectJwtRules, selectPolicies } from './selection.ts';

const root = 'istio-system';
const payment = { namespace: 'shop', labels: { app: 'payment', version: 'v1' } };

/** `line`: "ns/name [year] spec". */
function read<K extends Kind>(kind: K, lines: readonly string[]): Resource<K>[] {
  const text = lines.map((line) => {
    const [, namespace, name, year = '2024', spec] = /^(\S+)\/(\S+) (?:(\d{4}) )?(\{.*\})$/.exec(line) ?? [];
    return `{apiVersion: security.istio.io/v1, kind: ${kind}, metadata: {namespace: ${namespace}, name: ${name}, creationTimestamp: "${year}-01-01T00:00:00Z"}, spec: ${spec}}`;
  });
  const { resources, violations } = parseDocuments('f.yaml', text.join('\n---\n'));
  expect(violations).toEqual([]);
  return resources as unknown as Resource<K>[];
}

const names = (policies: readonly Resource[]): string[] =>
  policies.map(({ namespace, name }) => `${namespace}/${name}`);

describe('the policies of a workload', () => {
  it('are those of the root namespace and then those of its own, oldest first in each', () => {
    const policies = read('AuthorizationPolicy', [
      'shop/young 2025 {}',
      'shop/old 2020 {}',
      'other/foreign {}',
      'istio-system/late 2026 {}',
      'istio-system/early 2021 {}',
    ]);
    expect(names(selectPolicies(policies, payment, root))).toEqual([
      'istio-system/early',
      'istio-system/late',
      'shop/old',
      'shop/young',
    ]);
  });

  it('are not counted twice for a workload of the root namespace', () => {
    const policies = read('AuthorizationPolicy', ['istio-system/a {}']);
    expect(names(selectPolicies(policies, { namespace: root, labels: {} }, root))).toEqual(['istio-system/a']);
  });

  it('select by all of their labels, in the root namespace too', () => {
    const policies = read('RequestAuthentication', [
      'shop/app {selector: {matchLabels: {app: payment}}}',
      'shop/v2 {selector: {matchLabels: {app: payment, version: v2}}}',
      'istio-system/all-payments {selector: {matchLabels: {app: payment}}}',
      'istio-system/none {selector: {matchLabels: {app: order}}}',
      'shop/empty {selector: {}}',
      'shop/prototype {selector: {matchLabels: {constructor: x}}}',
    ]);
    expect(names(selectPolicies(policies, payment, root))).toEqual([
      'istio-system/all-payments',
      'shop/app',
      'shop/empty',
    ]);
  });

  it('that refer to a Gateway are those of the proxies of that gateway in the same namespace', () => {
    const policies = read('AuthorizationPolicy', [
      'shop/here {targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: front}}',
      'shop/list {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: other}, {group: gateway.networking.k8s.io, kind: Gateway, name: front}]}',
      'shop/service {targetRefs: [{kind: Service, name: front}]}',
      'istio-system/there {targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: front}}',
      'istio-system/class {targetRef: {group: gateway.networking.k8s.io, kind: GatewayClass, name: istio}}',
    ]);
    const labels = {
      'gateway.networking.k8s.io/gateway-name': 'front',
      'gateway.networking.k8s.io/gateway-class-name': 'istio',
    };
    expect(names(selectPolicies(policies, { namespace: 'shop', labels }, root))).toEqual([
      'istio-system/class',
      'shop/here',
      'shop/list',
    ]);
    expect(selectPolicies(policies, payment, root)).toEqual([]);
  });
});

const mtlsCases: readonly [name: string, policies: string[], mode: string, from: string | undefined][] = [
  ['is PERMISSIVE where nobody says anything', [], 'PERMISSIVE', undefined],
  ['is that of the mesh', ['istio-system/a {mtls: {mode: STRICT}}'], 'STRICT', 'istio-system/a'],
  [
    'is that of the namespace rather than of the mesh',
    ['istio-system/a {mtls: {mode: STRICT}}', 'shop/b {mtls: {mode: DISABLE}}'],
    'DISABLE',
    'shop/b',
  ],
  [
    'is that of the workload rather than of the namespace',
    ['shop/b {mtls: {mode: DISABLE}}', 'shop/c {selector: {matchLabels: {app: payment}}, mtls: {mode: STRICT}}'],
    'STRICT',
    'shop/c',
  ],
  [
    'is inherited through UNSET and through silence',
    [
      'istio-system/a {mtls: {mode: STRICT}}',
      'shop/b {mtls: {mode: UNSET}}',
      'shop/c {selector: {matchLabels: {app: payment}}}',
    ],
    'STRICT',
    'istio-system/a',
  ],
  [
    'is that of the oldest of one scope',
    ['shop/young 2025 {mtls: {mode: STRICT}}', 'shop/old 2020 {mtls: {mode: DISABLE}}'],
    'DISABLE',
    'shop/old',
  ],
  [
    'is not taken from the younger one where the oldest says nothing',
    ['shop/young 2025 {mtls: {mode: STRICT}}', 'shop/old 2020 {}'],
    'PERMISSIVE',
    undefined,
  ],
  [
    'of one age is that of the first name',
    ['shop/b {mtls: {mode: STRICT}}', 'shop/a {mtls: {mode: DISABLE}}'],
    'DISABLE',
    'shop/a',
  ],
  [
    'is not set by a selector in the root namespace',
    ['istio-system/a {selector: {matchLabels: {app: payment}}, mtls: {mode: STRICT}}'],
    'PERMISSIVE',
    undefined,
  ],
  ['is not set by another namespace', ['other/a {mtls: {mode: STRICT}}'], 'PERMISSIVE', undefined],
];

describe('the mTLS mode of a workload', () => {
  it.each(mtlsCases)('%s', (_name, policies, mode, from) => {
    const effective = effectiveMutualTls(read('PeerAuthentication', policies), payment, root);
    expect(effective.mode).toBe(mode);
    expect(effective.policy && names([effective.policy])[0]).toBe(from);
    expect(effective.ports.size).toBe(0);
  });

  it('has ports of its own, whose UNSET is that of the workload', () => {
    const policies = read('PeerAuthentication', [
      'istio-system/a {mtls: {mode: STRICT}}',
      'shop/c {selector: {matchLabels: {app: payment}}, portLevelMtls: {8080: {mode: DISABLE}, 8081: {mode: UNSET}, 8082: {}}}',
    ]);
    const { mode, ports } = effectiveMutualTls(policies, payment, root);
    expect(mode).toBe('STRICT');
    expect([...ports].map(([port, at]) => [port, at.mode, at.path])).toEqual([
      [8080, 'DISABLE', 'spec.portLevelMtls.8080'],
      [8081, 'STRICT', 'spec.mtls'],
      [8082, 'STRICT', 'spec.mtls'],
    ]);
  });

  it('takes no port of a younger policy of the same workload', () => {
    const policies = read('PeerAuthentication', [
      'shop/young 2025 {selector: {matchLabels: {version: v1}}, portLevelMtls: {8080: {mode: DISABLE}}}',
      'shop/old 2020 {selector: {matchLabels: {app: payment}}, mtls: {mode: STRICT}}',
    ]);
    const { mode, ports } = effectiveMutualTls(policies, payment, root);
    expect([mode, ports.size]).toEqual(['STRICT', 0]);
  });
});

describe('the AuthorizationPolicies of a workload', () => {
  it('are told apart by what they do, ALLOW where they do not say', () => {
    const selected = selectAuthorizationPolicies(
      read('AuthorizationPolicy', [
        'shop/a {}',
        'shop/b {action: ALLOW, rules: [{}]}',
        'shop/c {action: DENY, rules: [{}]}',
        'istio-system/d {action: AUDIT, rules: [{}]}',
        'istio-system/e {action: CUSTOM, provider: {name: x}, rules: [{}]}',
      ]),
      payment,
      root,
    );
    expect(Object.entries(selected).map(([action, policies]) => [action, names(policies)])).toEqual([
      ['custom', ['istio-system/e']],
      ['audit', ['istio-system/d']],
      ['deny', ['shop/c']],
      ['allow', ['shop/a', 'shop/b']],
    ]);
  });
});

describe('the JWT rules of a workload', () => {
  it('are those of all RequestAuthentications that apply, by issuer', () => {
    const rules = selectJwtRules(
      read('RequestAuthentication', [
        'shop/a {jwtRules: [{issuer: z}, {issuer: m}]}',
        'istio-system/b {jwtRules: [{issuer: n}]}',
        'shop/c {selector: {matchLabels: {app: payment}}, jwtRules: [{issuer: m, audiences: [x]}]}',
        'other/d {jwtRules: [{issuer: a}]}',
      ]),
      payment,
      root,
    );
    expect(rules.map(({ rule, policy, path }) => [rule.issuer, policy.name, path])).toEqual([
      ['m', 'a', 'spec.jwtRules[1]'],
      ['m', 'c', 'spec.jwtRules[0]'],
      ['n', 'b', 'spec.jwtRules[0]'],
      ['z', 'a', 'spec.jwtRules[0]'],
    ]);
  });
});
