/** Documents of Linkerd and of SMI that analysers doubt, and documents that they take. */

import type { Case } from './documents.ts';

const server = ['Server shop/s', '{ podSelector: { matchLabels: { app: order } }, port: 8080 }'] as const;
const toServer = (name: string): string => `targetRef: { group: policy.linkerd.io, kind: Server, name: ${name} }`;
const policy = 'AuthorizationPolicy@policy.linkerd.io/v1alpha1';

export const linkerdCases: readonly Case[] = [
  [
    'WEFT0133',
    'takes policies whose parts are all there',
    [
      server,
      [`${policy} shop/a`, `{ ${toServer('s')}, requiredAuthenticationRefs: [{ kind: ServiceAccount, name: any }] }`],
      [
        'ServerAuthorization@policy.linkerd.io/v1beta1 shop/z',
        '{ server: { selector: {} }, client: { unauthenticated: true } }',
      ],
      [
        'HTTPLocalRateLimitPolicy@policy.linkerd.io/v1alpha1 shop/l',
        `{ ${toServer('s')}, total: { requestsPerSecond: 1 } }`,
      ],
    ],
  ],
  [
    'WEFT0133',
    'tells what is not there',
    [
      ['Server shop/s', '{ podSelector: { matchLabels: { app: gone } }, port: 8080 }'],
      [
        `${policy} shop/a`,
        `{ ${toServer('t')}, requiredAuthenticationRefs: [{ group: policy.linkerd.io, kind: MeshTLSAuthentication, name: m, namespace: web }] }`,
      ],
      [
        'HTTPLocalRateLimitPolicy@policy.linkerd.io/v1alpha1 shop/l',
        `{ ${toServer('u')}, total: { requestsPerSecond: 1 } }`,
      ],
      [
        'TrafficTarget@access.smi-spec.io/v1alpha3 shop/x',
        '{ destination: { kind: ServiceAccount, name: order }, sources: [{ kind: ServiceAccount, name: a }], rules: [{ kind: TCPRoute, name: r }] }',
      ],
    ],
    'Server shop/s spec.podSelector: no workload of namespace shop is selected',
    'AuthorizationPolicy.policy.linkerd.io shop/a spec.targetRef: there is no Server shop/t',
    'AuthorizationPolicy.policy.linkerd.io shop/a spec.requiredAuthenticationRefs[0]: there is no MeshTLSAuthentication web/m',
    'HTTPLocalRateLimitPolicy shop/l spec.targetRef: there is no Server shop/u',
    'TrafficTarget shop/x spec.rules[0]: there is no TCPRoute shop/r',
  ],
  [
    'WEFT0106',
    'tells a Server by expressions beside policies of Istio',
    [
      [
        'Server shop/s',
        '{ podSelector: { matchExpressions: [{ key: app, operator: In, values: [payment] }] }, port: 8080 }',
      ],
      ['AuthorizationPolicy shop/a', '{ selector: { matchLabels: { app: payment } }, rules: [{}] }'],
    ],
    'Server shop/s spec: WorkloadGroup shop/payment is guarded by policies of Istio and of Linkerd: a call needs the leave of each',
  ],
];
