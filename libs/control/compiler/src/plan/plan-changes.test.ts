/** Plans of small changes, as the sentences that a person reads. */

import { createManualClock } from '@weft/kernel';
import { createModel, defaultMeshConfig, parseDocuments } from '@weft/model';
import { documentsText, serviceText, workloadGroupText } from '@weft/model/testing';
import { describe, expect, it } from 'vitest';
import { deniedTraffic, deniedTrafficMax } from './denied-traffic.ts';
import { offlineMesh, type PlannedMesh } from './offline-mesh.ts';
import { planChanges } from './plan-changes.ts';
import { describeChange } from './planned-change.ts';
import { readTap, replay } from './replay.ts';

const base = documentsText(
  serviceText('order'),
  serviceText('payment'),
  workloadGroupText('order'),
  workloadGroupText('payment-v1', { labels: { app: 'payment', version: 'v1' }, serviceAccount: 'payment' }),
  workloadGroupText('payment-v2', { labels: { app: 'payment', version: 'v2' }, serviceAccount: 'payment' }),
  `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: payment, namespace: shop }
spec:
  host: payment
  subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }]
`,
);

const vs = (http: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: payment, namespace: shop }
spec: { hosts: [payment], http: [${http}] }
`;
const split = (v1: number, v2: number, more = ''): string =>
  `{ route: [{ destination: { host: payment, subset: v1 }, weight: ${v1} }, { destination: { host: payment, subset: v2 }, weight: ${v2} }]${more} }`;
const tcp = (
  route: string,
): string => `${serviceText('ledger', { app: 'payment', ports: '{ name: tcp, port: 7000 }' })}---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ledger, namespace: shop }
spec: { host: ledger, subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }] }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { egress: [{ port: { number: 7000, protocol: TCP, name: tcp }, bind: 127.0.0.9, hosts: ["./*"] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ledger, namespace: shop }
spec: { hosts: [ledger], tcp: [{ route: ${route} }] }
`;
const policy = (rules: string, action = 'ALLOW'): string => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: guard, namespace: shop }
spec: { selector: { matchLabels: { app: payment } }, action: ${action}, rules: ${rules} }
`;
const order = '{ from: [{ source: { principals: [cluster.local/ns/shop/sa/order] } }]';

function meshOf(...documents: readonly string[]): PlannedMesh {
  const parsed = parseDocuments('f.yaml', [base, ...documents].join('---\n'));
  if (parsed.violations.length > 0) throw new Error(JSON.stringify(parsed.violations));
  const clock = createManualClock();
  return offlineMesh(createModel(parsed.resources), { mesh: defaultMeshConfig, domain: 'cluster.local', clock });
}

function told(before: readonly string[], after: readonly string[]): readonly string[] {
  return planChanges(meshOf(...before), meshOf(...after)).map(
    (change) => describeChange(change) + (change.danger === undefined ? '' : ` !! ${change.danger}`),
  );
}

describe('a plan', () => {
  it('says nothing where nothing changes, wherever the lines stand', () => {
    expect(told([vs(split(90, 10))], [`# a comment\n\n${vs(split(90, 10))}`])).toEqual([]);
  });

  const cases: readonly (readonly [string, readonly string[], readonly string[], ...(readonly string[])])[] = [
    [
      'moves requests',
      [vs(split(90, 10))],
      [vs(split(80, 20))],
      'order, payment → payment: 10% of requests move from v1 to v2',
    ],
    [
      'takes retries and time',
      [vs(split(90, 10))],
      [vs(split(90, 10, ', timeout: 2s, retries: { attempts: 0 }'))],
      'order, payment → payment: timeout goes from none to 2 s; retries go from 2 to 0',
    ],
    [
      'injects faults and copies requests',
      [vs(split(90, 10))],
      [
        vs(
          split(
            90,
            10,
            ', fault: { delay: { percentage: { value: 10 }, fixedDelay: 5s } }, mirror: { host: order }, mirrorPercentage: { value: 5 }',
          ),
        ),
      ],
      'order, payment → payment: 10% of requests are delayed by 5 s; a copy of 5% of requests goes to order.shop',
    ],
    [
      'moves connections',
      [tcp('[{ destination: { host: ledger, subset: v1 } }]')],
      [
        tcp(
          '[{ destination: { host: ledger, subset: v1 }, weight: 75 }, { destination: { host: ledger, subset: v2 }, weight: 25 }]',
        ),
      ],
      'order, payment → ledger: 25% of connections move from v1 to v2',
    ],
    [
      'turns access logs on',
      [],
      [
        '\napiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: { name: logs, namespace: istio-system }\nspec: { accessLogging: [{ providers: [{ name: envoy }] }] }\n',
      ],
      'order, payment: other settings change: access logs of what goes out, access logs of what comes in',
    ],
    [
      'adds a rule',
      [vs(split(90, 10))],
      [
        vs(
          `{ match: [{ uri: { prefix: /admin }, method: { exact: GET } }], directResponse: { status: 403 } }, ${split(90, 10)}`,
        ),
      ],
      'order, payment → payment: GET /admin*: a new rule: requests are answered with 403',
    ],
    [
      'removes a rule',
      [
        vs(
          `{ match: [{ headers: { x-canary: { exact: "1" } } }], route: [{ destination: { host: payment, subset: v2 } }] }, ${split(90, 10)}`,
        ),
      ],
      [vs(split(90, 10))],
      'order, payment → payment: requests with x-canary = 1: the rule is gone; later rules decide',
    ],
    [
      'leads to a subset that is not there',
      [vs(split(90, 10))],
      [vs('{ route: [{ destination: { host: payment, subset: v3 } }] }')],
      'order, payment → payment: requests are split anew: v1 from 90% to 0%, v2 from 10% to 0%, v3 from 0% to 100% !! there is no v3: 100% of requests get 503',
      'VirtualService shop/payment: spec.http[0].route[0].destination.subset: no DestinationRule defines subset v3 of payment.shop.svc.cluster.local; there are v1, v2 (WEFT0102) !! no DestinationRule defines subset v3 of payment.shop.svc.cluster.local; there are v1, v2',
    ],
    [
      'makes a rule that no request can reach',
      [vs(split(90, 10))],
      [vs(`${split(90, 10)}, { match: [{ uri: { prefix: /a } }], route: [{ destination: { host: order } }] }`)],
      'VirtualService shop/payment: spec.http[1]: not used: rule 0 takes everything already (WEFT0104) !! not used: rule 0 takes everything already',
    ],
    [
      'denies who was allowed',
      [],
      [policy(`[${order}, to: [{ operation: { methods: [GET], paths: ["/stock"] } }] }]`)],
      'order loses access to payment: POST /stock, other paths !! calls that were allowed are denied (403)',
      'callers without certificate, payment loses access to payment !! calls that were allowed are denied (403)',
    ],
    [
      'allows more',
      [policy(`[${order}, to: [{ operation: { methods: [GET], paths: ["/stock"] } }] }]`)],
      [policy(`[${order}, to: [{ operation: { methods: [GET], paths: ["/stock", "/price"] } }] }]`)],
      'order gains access to payment: GET /price',
    ],
    [
      'asks for mutual TLS',
      [],
      [
        '\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: { name: strict, namespace: shop }\nspec: { mtls: { mode: STRICT } }\n',
      ],
      'order: takes mutual TLS alone (before: takes mutual TLS and plain text) !! callers without a sidecar are cut off',
      'payment: takes mutual TLS alone (before: takes mutual TLS and plain text) !! callers without a sidecar are cut off',
    ],
  ];
  it.each(cases.map(([what, before, after, ...expected]) => ({ what, before, after, expected })))(
    '$what',
    ({ before, after, expected }) => {
      expect(told(before, after)).toEqual(expected);
    },
  );
});

describe('a replay', () => {
  const lines = [
    '{"direction":"outbound","method":"GET","authority":"payment.shop:8080","path":"/charge?x=1","status":200}',
    '{"direction":"outbound","method":"GET","authority":"payment.shop:8080","path":"/charge?x=2","status":200}',
    '{"dropped":3}',
    'no JSON',
    '{"direction":"outbound","method":"GET","authority":"unknown.example","path":"/","status":502}',
  ].join('\n');

  it('counts the requests that come out differently, with examples', () => {
    const before = meshOf(vs('{ route: [{ destination: { host: payment, subset: v1 } }] }'));
    const after = meshOf(vs('{ route: [{ destination: { host: payment, subset: v2 } }] }'));
    expect(replay(before, after, readTap(lines, 'order'))).toEqual({
      requests: 3,
      skipped: 0,
      changed: 2,
      examples: [
        {
          request: 'GET payment.shop:8080/charge from order',
          before: 'goes to outbound|8080|v1|payment.shop.svc.cluster.local by http[0]',
          after: 'goes to outbound|8080|v2|payment.shop.svc.cluster.local by http[0]',
          count: 2,
        },
      ],
    });
  });

  it('counts a share of a request where a share of it moves', () => {
    const seen = readTap(lines, 'order').slice(0, 2);
    expect(replay(meshOf(vs(split(90, 10))), meshOf(vs(split(80, 20))), seen)).toMatchObject({
      requests: 2,
      changed: 0.2,
    });
  });

  it('asks access of the workload that took the request', () => {
    const seen = readTap(
      '{"direction":"inbound","method":"POST","authority":"payment.shop:8080","path":"/charge","status":200,"source_principal":"spiffe://cluster.local/ns/shop/sa/order","source_workload":"order"}',
      'payment-v1',
    );
    const after = meshOf(policy(`[${order}, to: [{ operation: { methods: [POST] } }] }]`, 'DENY'));
    expect(replay(meshOf(), after, seen)).toMatchObject({
      changed: 1,
      examples: [{ before: 'is allowed', after: 'is denied (403) by ns[shop]-policy[guard]-rule[0]' }],
    });
  });

  it('skips workloads that nobody knows', () => {
    expect(replay(meshOf(), meshOf(), readTap(lines, 'gone'))).toMatchObject({ requests: 0, skipped: 3, changed: 0 });
  });
});

describe('traffic that was seen', () => {
  const line = (over: object): string =>
    JSON.stringify({
      ...{ direction: 'inbound', method: 'GET', authority: 'payment.shop:8080', path: '/stock?sku=1', status: 200 },
      ...{ source_principal: 'spiffe://cluster.local/ns/shop/sa/order', source_workload: 'order' },
      ...{ weight: 21, start_time: '2026-01-01T00:00:00.000Z' },
      ...over,
    });
  const deny = meshOf(policy(`[${order}, to: [{ operation: { paths: ["/stock*"] } }] }]`, 'DENY'));

  it('and is denied is said, with how often and by which rule', () => {
    const seen = readTap([line({}), line({}), line({ path: '/price' })].join('\n'), 'shop/payment-v1');
    expect(deniedTraffic(meshOf(), deny, seen).map(describeChange)).toEqual([
      'order loses access to payment-v1: GET /stock, seen 42 times, last at 2026-01-01T00:00:00Z, ns[shop]-policy[guard]-rule[0] denies it',
    ]);
    expect(deniedTraffic(deny, deny, seen)).toEqual([]);
  });

  it('is bounded', () => {
    const lines = Array.from({ length: deniedTrafficMax + 5 }, (_, index) => line({ path: `/stock/${index}` }));
    const said = deniedTraffic(meshOf(), deny, readTap(lines.join('\n'), 'payment-v1'));
    expect(said).toHaveLength(deniedTrafficMax);
    expect(said.at(-1)?.text).toBe('lose access in 6 more ways that were seen');
  });

  it('is asked with its headers, and with the claims of its token', () => {
    const byHeader = `{ match: [{ headers: { x-canary: { exact: "1" } } }], route: [{ destination: { host: payment, subset: v2 } }] }, ${split(100, 0)}`;
    const out = line({ direction: 'outbound', headers: { 'x-canary': '1' }, source_workload: '' });
    const seen = readTap(out, 'order.shop');
    expect(replay(meshOf(vs(split(100, 0))), meshOf(vs(byHeader)), seen)).toMatchObject({ requests: 21, changed: 21 });
    const claim = policy('[{ when: [{ key: "request.auth.claims[group]", values: [admin] }] }]');
    const inbound = (claims: object): ReturnType<typeof readTap> => readTap(line({ claims }), 'payment-v1');
    expect(deniedTraffic(meshOf(), meshOf(claim), inbound({ group: 'admin' }))).toEqual([]);
    expect(deniedTraffic(meshOf(), meshOf(claim), inbound({ group: 'user' }))).toHaveLength(1);
  });
});
