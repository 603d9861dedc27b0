/** Every analyser with documents that it doubts, and documents that it has nothing to say about. */

import { defaultMeshConfig } from '@weft/model';
import { describe, expect, it } from 'vitest';
import { createTestMesh } from '../testing/mesh.ts';
import { analyse, findingsMax } from './analyse.ts';
import { analysers } from './analysers.ts';

const base = `
apiVersion: v1
kind: Service
metadata: { name: order, namespace: shop }
spec: { selector: { app: order }, ports: [{ name: http, port: 8080, targetPort: http }] }
---
apiVersion: v1
kind: Service
metadata: { name: payment, namespace: shop }
spec: { selector: { app: payment }, ports: [{ name: http, port: 8080 }, { name: grpc, port: 9090 }] }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: order, namespace: shop }
spec: { metadata: { labels: { app: order, version: v1 } }, template: { serviceAccount: order } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: payment, namespace: shop }
spec: { metadata: { labels: { app: payment, version: v1 } }, template: { serviceAccount: payment } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: gateway, namespace: istio-system }
spec: { metadata: { labels: { istio: ingressgateway } }, template: { serviceAccount: gateway } }
`;

const groups: Readonly<Record<string, string>> = {
  Service: 'v1',
  Secret: 'v1',
  PeerAuthentication: 'security.istio.io/v1',
  RequestAuthentication: 'security.istio.io/v1',
  AuthorizationPolicy: 'security.istio.io/v1',
  Telemetry: 'telemetry.istio.io/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  HTTPRoute: 'gateway.networking.k8s.io/v1',
  ServiceProfile: 'linkerd.io/v1alpha2',
  TrafficSplit: 'split.smi-spec.io/v1alpha4',
  Server: 'policy.linkerd.io/v1beta3',
};

/** "Kind ns/name" and the spec in YAML's flow form; "=" stands before what lies beside metadata. */
function document([what, spec]: readonly [string, string]): string {
  const [kind = '', name = ''] = what.split(' ');
  const [namespace, bare] = name.split('/');
  const body = spec.startsWith('=') ? spec.slice(1) : `spec: ${spec}`;
  return `apiVersion: ${groups[kind] ?? 'networking.istio.io/v1'}\nkind: ${kind}\nmetadata: { name: ${bare}, namespace: ${namespace} }\n${body}\n`;
}

function findings(code: string, documents: readonly (readonly [string, string])[]): readonly string[] {
  const text = documents.map(document).join('---\n');
  const mesh = createTestMesh({ 'base.yaml': base, ...(text === '' ? {} : { 'f.yaml': text }) });
  const chosen = analysers.filter((analyser) => analyser.code === code);
  return analyse(mesh.input(), chosen).map(({ resource, path, message }) => `${resource} ${path}: ${message}`);
}

const vs = (spec: string, name = 'shop/v') => [`VirtualService ${name}`, spec] as const;
const route = (destination: string) => `http: [{ route: [{ destination: ${destination} }] }]`;
const gateway = [
  'Gateway shop/g',
  '{ selector: { istio: ingressgateway }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["shop.example"] }] }',
] as const;
const subsets = [
  'DestinationRule shop/d',
  '{ host: payment, subsets: [{ name: v1, labels: { version: v1 } }] }',
] as const;
const https = (credential: string) =>
  [
    'Gateway shop/g',
    `{ selector: { istio: ingressgateway }, servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: ["*"], tls: { mode: SIMPLE, credentialName: ${credential} } }] }`,
  ] as const;
const entry = (name: string, more: string) =>
  [`ServiceEntry shop/${name}`, `{ resolution: STATIC, location: MESH_EXTERNAL, ${more} }`] as const;

type Case = readonly [
  code: string,
  what: string,
  documents: readonly (readonly [string, string])[],
  ...expected: readonly string[],
];

const cases: readonly Case[] = [
  ['WEFT0101', 'knows short and full names', [vs(`{ hosts: [order], ${route('{ host: payment.shop }')} }`)]],
  [
    'WEFT0101',
    'tells a host that nobody defines, and where its name is',
    [vs(`{ hosts: [order], ${route('{ host: payment }')} }`, 'web/v')],
    'VirtualService web/v spec.http[0].route[0].destination.host: no service has the host payment.web.svc.cluster.local; there is payment.shop',
  ],
  [
    'WEFT0101',
    'looks at mirrors and at TCP',
    [
      vs(
        '{ hosts: [order], http: [{ route: [{ destination: { host: order } }], mirror: { host: gone } }], tcp: [{ route: [{ destination: { host: none } }] }] }',
      ),
    ],
    'VirtualService shop/v spec.http[0].mirror.host: no service has the host gone.shop.svc.cluster.local',
    'VirtualService shop/v spec.tcp[0].route[0].destination.host: no service has the host none.shop.svc.cluster.local',
  ],
  [
    'WEFT0101',
    'looks at backends of the Gateway API',
    [
      [
        'HTTPRoute shop/r',
        '{ parentRefs: [{ group: "", kind: Service, name: order }], rules: [{ backendRefs: [{ name: gone, port: 80 }] }] }',
      ],
    ],
    'HTTPRoute shop/r spec.rules[0].backendRefs[0]: there is no Service shop/gone',
  ],
  [
    'WEFT0102',
    'takes a subset that a DestinationRule defines',
    [vs(`{ hosts: [payment], ${route('{ host: payment, subset: v1 }')} }`), subsets],
  ],
  [
    'WEFT0102',
    'tells a subset that none defines',
    [vs(`{ hosts: [payment], ${route('{ host: payment, subset: v2 }')} }`), subsets],
    'VirtualService shop/v spec.http[0].route[0].destination.subset: no DestinationRule defines subset v2 of payment.shop.svc.cluster.local; there are v1',
  ],
  [
    'WEFT0103',
    'lets a rule for its own host keep the port',
    [vs(`{ hosts: [payment], ${route('{ host: payment }')} }`)],
  ],
  [
    'WEFT0103',
    'asks for a port where there are several',
    [vs(`{ hosts: [order], ${route('{ host: payment }')} }`)],
    'VirtualService shop/v spec.http[0].route[0].destination: payment.shop.svc.cluster.local has the ports 8080, 9090; say which: port.number',
  ],
  [
    'WEFT0103',
    'tells a port that is not there',
    [vs(`{ hosts: [order], ${route('{ host: payment, port: { number: 81 } }')} }`)],
    'VirtualService shop/v spec.http[0].route[0].destination.port: payment.shop.svc.cluster.local has no port 81; it has 8080, 9090',
  ],
  [
    'WEFT0104',
    'takes a catch-all that is last',
    [
      vs(
        '{ hosts: [order], http: [{ match: [{ uri: { prefix: /a } }], route: [{ destination: { host: order } }] }, { route: [{ destination: { host: order } }] }] }',
      ),
    ],
  ],
  [
    'WEFT0104',
    'tells what comes after a catch-all',
    [
      vs(
        '{ hosts: [order], http: [{ route: [{ destination: { host: order } }] }, { match: [{ uri: { prefix: /a } }], route: [{ destination: { host: order } }] }] }',
      ),
    ],
    'VirtualService shop/v spec.http[1]: not used: rule 0 takes everything already',
  ],
  [
    'WEFT0104',
    'tells a shadowed prefix, a foreign gateway, and a port that no host has',
    [
      vs(
        '{ hosts: [order], http: [{ match: [{ uri: { prefix: /a } }, { uri: { prefix: /ab } }, { gateways: [other] }, { port: 81 }], route: [{ destination: { host: order } }] }] }',
      ),
    ],
    'VirtualService shop/v spec.http[0].match[1]: not used: match 0 of rule 0 (prefix "/a") takes what it would',
    'VirtualService shop/v spec.http[0].match[2].gateways: the VirtualService is not bound to other: add it to spec.gateways',
    'VirtualService shop/v spec.http[0].match[3].port: no host of the VirtualService has the port 81',
  ],
  [
    'WEFT0105',
    'lets VirtualServices of one host be that no proxy sees both of',
    [
      vs(`{ hosts: [order.shop], exportTo: ["."], ${route('{ host: order.shop }')} }`),
      vs(`{ hosts: [order.shop], exportTo: ["."], ${route('{ host: order.shop }')} }`, 'web/w'),
    ],
  ],
  [
    'WEFT0105',
    'tells the second VirtualService of a host',
    [
      vs(`{ hosts: [order], ${route('{ host: order }')} }`),
      vs(`{ hosts: [order.shop], ${route('{ host: order }')} }`, 'shop/w'),
    ],
    'VirtualService shop/w spec.hosts[0]: VirtualService shop/v speaks for order.shop.svc.cluster.local already and is first by name; this one is not used',
  ],
  [
    'WEFT0106',
    'lets one API be alone',
    [
      ['TrafficSplit shop/t', '{ service: order, backends: [{ service: payment, weight: 1 }] }'],
      vs(`{ hosts: [payment], ${route('{ host: payment }')} }`),
    ],
  ],
  [
    'WEFT0106',
    'tells who speaks where APIs are mixed',
    [
      ['TrafficSplit shop/t', '{ service: order, backends: [{ service: payment, weight: 1 }] }'],
      vs(`{ hosts: [order], ${route('{ host: order }')} }`),
    ],
    'TrafficSplit shop/t : VirtualService shop/v (Istio) speaks for order.shop.svc.cluster.local before Linkerd does; this one is not used for calls inside the mesh',
  ],
  [
    'WEFT0106',
    'tells workloads that policies of both guard',
    [
      ['Server shop/s', '{ podSelector: { matchLabels: { app: order } }, port: 8080 }'],
      ['AuthorizationPolicy shop/a', '{ selector: { matchLabels: { app: order } }, rules: [{}] }'],
    ],
    'Server shop/s spec: WorkloadGroup shop/order is guarded by policies of Istio and of Linkerd: a call needs the leave of each',
  ],
  [
    'WEFT0107',
    'knows a Gateway of the own and of another namespace',
    [gateway, vs(`{ hosts: [shop.example], gateways: [shop/g], ${route('{ host: order.shop }')} }`, 'web/v')],
  ],
  [
    'WEFT0107',
    'tells a Gateway that is not there',
    [gateway, vs(`{ hosts: [shop.example], gateways: [g], ${route('{ host: order.shop }')} }`, 'web/v')],
    'VirtualService web/v spec.gateways[0]: there is no Gateway web/g; there is shop/g',
  ],
  [
    'WEFT0108',
    'takes a host that a server has',
    [gateway, vs(`{ hosts: [shop.example], gateways: [g], ${route('{ host: order }')} }`)],
  ],
  [
    'WEFT0108',
    'tells a host that no server has',
    [gateway, vs(`{ hosts: [other.example], gateways: [g], ${route('{ host: order }')} }`)],
    'VirtualService shop/v spec.hosts[0]: no server of shop/g takes other.example from namespace shop',
  ],
  ['WEFT0109', 'finds the gateway in any namespace', [gateway]],
  [
    'WEFT0109',
    'tells labels that nobody has',
    [
      [
        'Gateway shop/g',
        '{ selector: { istio: gone }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }',
      ],
    ],
    'Gateway shop/g spec.selector: no workload has istio=gone',
  ],
  [
    'WEFT0110',
    'finds the Secret beside the gateway workload',
    [https('cert'), ['Secret istio-system/cert', '=data: { tls.crt: YQ==, tls.key: YQ== }']],
  ],
  [
    'WEFT0110',
    'tells a Secret of the wrong namespace',
    [https('cert'), ['Secret shop/cert', '=data: { tls.crt: YQ==, tls.key: YQ== }']],
    'Gateway shop/g spec.servers[0].tls.credentialName: there is no Secret cert in namespace istio-system',
  ],
  [
    'WEFT0110',
    'tells a Secret without key pair',
    [https('cert'), ['Secret istio-system/cert', '=data: { other: YQ== }']],
    'Gateway shop/g spec.servers[0].tls.credentialName: Secret istio-system/cert has no tls.crt and tls.key',
  ],
  [
    'WEFT0111',
    'lets hosts that do not overlap be',
    [
      gateway,
      [
        'Gateway shop/h',
        '{ selector: { istio: ingressgateway }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["b.example"] }] }',
      ],
    ],
  ],
  [
    'WEFT0111',
    'tells two Gateways of one port and host',
    [
      gateway,
      [
        'Gateway shop/h',
        '{ selector: { istio: ingressgateway }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*.example"] }] }',
      ],
    ],
    'Gateway shop/h spec.servers[0]: Gateway shop/g serves *.example on port 80 of the same workload',
  ],
  [
    'WEFT0112',
    'takes names with a protocol, and appProtocol',
    [['Service shop/s', '{ ports: [{ name: http-a, port: 1 }, { name: x, port: 2, appProtocol: http }] }']],
  ],
  [
    'WEFT0112',
    'tells a name without protocol',
    [['Service shop/s', '{ ports: [{ name: web, port: 7000 }] }']],
    'Service shop/s spec.ports[0]: port 7000 (web) does not say its protocol',
  ],
  [
    'WEFT0113',
    'finds the workloads of a policy',
    [['AuthorizationPolicy shop/a', '{ selector: { matchLabels: { app: order } } }']],
  ],
  [
    'WEFT0113',
    'lets a policy of the root namespace select everywhere',
    [['AuthorizationPolicy istio-system/a', '{ selector: { matchLabels: { app: order } } }']],
  ],
  [
    'WEFT0113',
    'tells a policy of another namespace, and a Gateway that is not there',
    [
      ['PeerAuthentication web/p', '{ selector: { matchLabels: { app: order } }, mtls: { mode: STRICT } }'],
      [
        'AuthorizationPolicy shop/a',
        '{ targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: gone }] }',
      ],
    ],
    'PeerAuthentication web/p spec.selector: no workload of namespace web has app=order',
    'AuthorizationPolicy shop/a spec.targetRefs[0]: there is no Gateway shop/gone of the Gateway API',
  ],
  ['WEFT0114', 'lets the policy of the mesh be', [['PeerAuthentication istio-system/p', '{ mtls: { mode: STRICT } }']]],
  [
    'WEFT0114',
    'tells a selector that is not heard',
    [['PeerAuthentication istio-system/p', '{ selector: { matchLabels: { app: order } }, mtls: { mode: STRICT } }']],
    'PeerAuthentication istio-system/p spec.selector: a PeerAuthentication of the root namespace istio-system with a selector holds for nobody',
  ],
  ['WEFT0115', 'takes version v1', [gateway]],
  [
    'WEFT0115',
    'tells a version that was left behind',
    [['TrafficSplit shop/t', '{ service: order, backends: [{ service: payment, weight: 1 }] }']],
    'TrafficSplit shop/t apiVersion: split.smi-spec.io/v1alpha4 is deprecated; write an HTTPRoute',
  ],
  [
    'WEFT0116',
    'takes weights that sum up to 100',
    [
      vs(
        '{ hosts: [order], http: [{ route: [{ destination: { host: order }, weight: 90 }, { destination: { host: payment }, weight: 10 }] }] }',
      ),
    ],
  ],
  [
    'WEFT0116',
    'tells shares, a zero and a repetition',
    [
      vs(
        '{ hosts: [order], http: [{ route: [{ destination: { host: order }, weight: 2 }, { destination: { host: order }, weight: 1 }, { destination: { host: payment }, weight: 0 }] }] }',
      ),
    ],
    'VirtualService shop/v spec.http[0].route: the weights sum up to 3; the shares are 66.7 %, 33.3 %, 0 %',
    'VirtualService shop/v spec.http[0].route[1]: the destination stands in this route already',
    'VirtualService shop/v spec.http[0].route[2]: weight 0: no request is sent here',
  ],
  [
    'WEFT0117',
    'takes a pattern that covers a service',
    [['DestinationRule shop/d', '{ host: "*.shop.svc.cluster.local" }']],
  ],
  [
    'WEFT0117',
    'tells a host that is not there',
    [['DestinationRule web/d', '{ host: order }']],
    'DestinationRule web/d spec.host: no service has the host order.web.svc.cluster.local',
  ],
  ['WEFT0118', 'takes a subset with a workload', [subsets]],
  [
    'WEFT0118',
    'tells a subset that is empty',
    [['DestinationRule shop/d', '{ host: payment, subsets: [{ name: v9, labels: { version: v9 } }] }']],
    'DestinationRule shop/d spec.subsets[0].labels: no workload of payment.shop.svc.cluster.local has version=v9 (subset v9)',
  ],
  [
    'WEFT0119',
    'takes services with workloads, and those without selector',
    [['Service shop/s', '{ ports: [{ name: http, port: 1 }] }']],
  ],
  [
    'WEFT0119',
    'tells a Service that nobody belongs to',
    [['Service shop/s', '{ selector: { app: gone }, ports: [{ name: http, port: 1 }] }']],
    'Service shop/s spec.selector: no workload of namespace shop has app=gone',
  ],
  [
    'WEFT0120',
    'lets rules of one host add to one another',
    [subsets, ['DestinationRule shop/e', '{ host: payment.shop, subsets: [{ name: v2, labels: { version: v2 } }] }']],
  ],
  [
    'WEFT0120',
    'tells what an older rule has',
    [subsets, ['DestinationRule shop/e', '{ host: payment.shop, subsets: [{ name: v1, labels: { version: v2 } }] }']],
    'DestinationRule shop/e spec.subsets[0]: not used: DestinationRule shop/d has a subset v1',
  ],
  [
    'WEFT0121',
    'takes what both sides agree on',
    [
      ['PeerAuthentication shop/p', '{ mtls: { mode: STRICT } }'],
      ['DestinationRule shop/d', '{ host: payment, trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }'],
    ],
  ],
  [
    'WEFT0121',
    'tells plain text to a strict service',
    [
      ['PeerAuthentication shop/p', '{ mtls: { mode: STRICT } }'],
      ['DestinationRule shop/d', '{ host: payment, trafficPolicy: { tls: { mode: DISABLE } } }'],
    ],
    "DestinationRule shop/d spec.trafficPolicy.tls.mode: clients of payment.shop.svc.cluster.local:8080 speak plain text, and WorkloadGroup shop/payment takes the mesh's mutual TLS alone (PeerAuthentication shop/p)",
  ],
  [
    'WEFT0121',
    'tells mutual TLS to a service that takes none, by subset and port',
    [
      [
        'PeerAuthentication shop/p',
        '{ selector: { matchLabels: { app: payment } }, mtls: { mode: STRICT }, portLevelMtls: { 9090: { mode: DISABLE } } }',
      ],
      [
        'DestinationRule shop/d',
        '{ host: payment, subsets: [{ name: v1, labels: { version: v1 }, trafficPolicy: { portLevelSettings: [{ port: { number: 9090 }, tls: { mode: ISTIO_MUTUAL } }] } }] }',
      ],
    ],
    "DestinationRule shop/d spec.subsets[0].trafficPolicy.portLevelSettings[0].tls.mode: clients of payment.shop.svc.cluster.local:9090 speak the mesh's mutual TLS, and WorkloadGroup shop/payment takes plain text alone (PeerAuthentication shop/p)",
  ],
  [
    'WEFT0122',
    'takes hosts of their own',
    [
      entry('a', 'hosts: [a.example], addresses: [240.0.0.1], ports: [{ number: 1, name: tcp, protocol: TCP }]'),
      entry('b', 'hosts: [b.example], addresses: [240.0.0.2], ports: [{ number: 1, name: tcp, protocol: TCP }]'),
    ],
  ],
  [
    'WEFT0122',
    'tells a host of a Service, and a shared address',
    [
      entry(
        'a',
        'hosts: [order.shop.svc.cluster.local], addresses: [240.0.0.1], ports: [{ number: 1, name: tcp, protocol: TCP }]',
      ),
      entry('b', 'hosts: [b.example], addresses: [240.0.0.1], ports: [{ number: 1, name: tcp, protocol: TCP }]'),
    ],
    'ServiceEntry shop/a spec.hosts[0]: Service shop/order defines order.shop.svc.cluster.local already, which is used',
    'ServiceEntry shop/b spec.addresses[0]: ServiceEntry shop/a has the address 240.0.0.1 with a port of this one',
  ],
  [
    'WEFT0123',
    'takes HTTP without address',
    [entry('a', 'hosts: [a.example], ports: [{ number: 80, name: http, protocol: HTTP }]')],
  ],
  [
    'WEFT0123',
    'tells TCP without address',
    [entry('a', 'hosts: [a.example], ports: [{ number: 1, name: tcp, protocol: TCP }]')],
    'ServiceEntry shop/a spec.ports[0]: port 1 is TCP, and there is no address to know it by',
  ],
  [
    'WEFT0124',
    'takes one default and one for a workload',
    [
      ['Sidecar shop/a', '{ egress: [{ hosts: ["./*"] }] }'],
      ['Sidecar shop/b', '{ workloadSelector: { labels: { app: order } }, egress: [{ hosts: ["./*"] }] }'],
    ],
  ],
  [
    'WEFT0124',
    'tells two defaults, and two of one workload',
    [
      ['Sidecar shop/a', '{ egress: [{ hosts: ["./*"] }] }'],
      ['Sidecar shop/b', '{ egress: [{ hosts: ["./*"] }] }'],
      ['Sidecar shop/c', '{ workloadSelector: { labels: { app: order } }, egress: [{ hosts: ["./*"] }] }'],
      ['Sidecar shop/d', '{ workloadSelector: { labels: { version: v1 } }, egress: [{ hosts: ["./*"] }] }'],
    ],
    'Sidecar shop/b : Sidecar shop/a has no selector either, and is the one that holds',
    'Sidecar shop/d spec.workloadSelector: Sidecar shop/c selects WorkloadGroup shop/order too, and holds for it',
  ],
  [
    'WEFT0125',
    'knows the providers of MeshConfig',
    [['Telemetry shop/t', '{ metrics: [{ providers: [{ name: prometheus }] }] }']],
  ],
  [
    'WEFT0125',
    'tells a provider that is not there',
    [
      ['Telemetry shop/t', '{ tracing: [{ providers: [{ name: jaeger }] }] }'],
      ['AuthorizationPolicy shop/a', '{ action: CUSTOM, provider: { name: opa }, rules: [{}] }'],
    ],
    'Telemetry shop/t spec.tracing[0].providers[0]: MeshConfig has no extension provider jaeger; it has prometheus, envoy',
    'AuthorizationPolicy shop/a spec.provider.name: MeshConfig has no extension provider opa; it has prometheus, envoy',
  ],
  [
    'WEFT0126',
    'takes one for each scope',
    [
      ['PeerAuthentication shop/a', '{ mtls: { mode: STRICT } }'],
      ['PeerAuthentication web/a', '{ mtls: { mode: STRICT } }'],
    ],
  ],
  [
    'WEFT0126',
    'tells the second of a scope',
    [
      ['PeerAuthentication shop/a', '{ mtls: { mode: STRICT } }'],
      ['PeerAuthentication shop/b', '{ mtls: { mode: DISABLE } }'],
      ['Telemetry shop/t', '{ selector: { matchLabels: { app: order } } }'],
      ['Telemetry shop/u', '{ selector: { matchLabels: { version: v1 } } }'],
    ],
    'PeerAuthentication shop/b : not used: PeerAuthentication shop/a is for all of shop too, and counts',
    'Telemetry shop/u spec.selector: Telemetry shop/t selects a workload of this one too, and counts for it',
  ],
  [
    'WEFT0127',
    'takes claims of tokens that are verified',
    [
      [
        'AuthorizationPolicy shop/a',
        '{ selector: { matchLabels: { app: order } }, rules: [{ from: [{ source: { requestPrincipals: ["*"] } }] }] }',
      ],
      ['RequestAuthentication shop/r', '{ jwtRules: [{ issuer: shop, jwks: "{\\"keys\\":[]}" }] }'],
    ],
  ],
  [
    'WEFT0127',
    'tells claims that nobody verifies, of policies and of routes',
    [
      [
        'AuthorizationPolicy shop/a',
        '{ selector: { matchLabels: { app: order } }, rules: [{ from: [{ source: { requestPrincipals: ["*"] } }] }] }',
      ],
      gateway,
      vs(
        '{ hosts: [shop.example], gateways: [g], http: [{ match: [{ headers: { "@request.auth.claims.role": { exact: a } } }], route: [{ destination: { host: order } }] }] }',
      ),
    ],
    'AuthorizationPolicy shop/a spec.rules[0].from[0].source.requestPrincipals: no RequestAuthentication verifies tokens of calls to WorkloadGroup shop/order',
    'VirtualService shop/v spec.http[0].match[0]: no RequestAuthentication verifies tokens at WorkloadGroup istio-system/gateway',
  ],
  [
    'WEFT0128',
    'takes HTTP rules for HTTP ports',
    [
      [
        'AuthorizationPolicy shop/a',
        '{ selector: { matchLabels: { app: order } }, rules: [{ to: [{ operation: { methods: [GET] } }] }] }',
      ],
    ],
  ],
  [
    'WEFT0128',
    'tells HTTP rules for a port of bytes',
    [
      ['Service shop/db', '{ selector: { app: order }, ports: [{ name: tcp-db, port: 5432 }] }'],
      [
        'AuthorizationPolicy shop/a',
        '{ selector: { matchLabels: { app: order } }, rules: [{ to: [{ operation: { methods: [GET] } }] }] }',
      ],
    ],
    'AuthorizationPolicy shop/a spec.rules[0]: port 5432 of db.shop.svc.cluster.local carries no HTTP',
  ],
  [
    'WEFT0129',
    'takes hosts that import something',
    [['Sidecar shop/s', '{ egress: [{ hosts: ["./*", "*/order.shop.svc.cluster.local", "~/*"] }] }']],
  ],
  [
    'WEFT0129',
    'tells a host that imports nothing',
    [['Sidecar shop/s', '{ egress: [{ hosts: ["web/order.shop.svc.cluster.local"] }] }']],
    'Sidecar shop/s spec.egress[0].hosts[0]: no service in namespace web has the host order.shop.svc.cluster.local',
  ],
  [
    'WEFT0130',
    'takes a delegate that is there',
    [vs('{ hosts: [order], http: [{ delegate: { name: w } }] }'), vs(`{ ${route('{ host: order }')} }`, 'shop/w')],
  ],
  [
    'WEFT0130',
    'tells a delegate that is missing, and one that nobody uses',
    [vs('{ hosts: [order], http: [{ delegate: { name: x } }] }'), vs(`{ ${route('{ host: order }')} }`, 'shop/w')],
    'VirtualService shop/v spec.http[0].delegate: there is no VirtualService shop/x',
    'VirtualService shop/w spec: it has no hosts, and no rule delegates to it',
  ],
  [
    'WEFT0131',
    'takes a policy that lets the ports of services through',
    [
      [
        'NetworkPolicy shop/n',
        '{ podSelector: { matchLabels: { app: payment } }, ingress: [{ ports: [{ port: 8080 }, { port: 9090 }, { port: 15021 }, { port: 15090 }] }] }',
      ],
    ],
  ],
  [
    'WEFT0131',
    'tells the calls that are cut',
    [
      [
        'NetworkPolicy shop/n',
        '{ podSelector: { matchLabels: { app: payment } }, ingress: [{ ports: [{ port: 8080 }, { port: 15000, endPort: 15100 }] }] }',
      ],
      [
        'NetworkPolicy shop/o',
        '{ podSelector: { matchLabels: { app: order } }, policyTypes: [Egress], egress: [{ ports: [{ port: 443 }] }] }',
      ],
    ],
    'NetworkPolicy shop/n spec.ingress: nobody reaches port 9090 of WorkloadGroup shop/payment: all calls to payment.shop:9090 are cut',
    'NetworkPolicy shop/o spec.egress: the sidecar of WorkloadGroup shop/order does not reach the control plane (port 15012): it gets no configuration and no certificate',
  ],
];

describe('analysers', () => {
  const rows = cases.map(([code, what, documents, ...expected]) => ({ code, what, documents, expected }));
  it.each(rows)('$code $what', ({ code, documents, expected }) => {
    expect(findings(code, documents)).toEqual(expected);
  });

  it('have each a code and a name of their own, with a case that doubts and one that does not', () => {
    expect(new Set(analysers.map(({ code }) => code)).size).toBe(analysers.length);
    expect(new Set(analysers.map(({ name }) => name)).size).toBe(analysers.length);
    for (const { code } of analysers) {
      const mine = cases.filter(([of]) => of === code);
      expect(
        mine.some((one) => one.length === 3),
        code,
      ).toBe(true);
      expect(
        mine.some((one) => one.length > 3),
        code,
      ).toBe(true);
    }
  });

  it('say nothing of a mesh without rules', () => {
    expect(findings('', [])).toEqual([]);
    expect(analyse(createTestMesh({ 'base.yaml': base }).input())).toEqual([]);
  });

  it('give place, code and severity', () => {
    const text = document(vs(`{ hosts: [order], ${route('{ host: gone }')} }`));
    const [found] = analyse(createTestMesh({ 'base.yaml': base, 'f.yaml': text }, { mesh: defaultMeshConfig }).input());
    expect(found).toMatchObject({ file: 'f.yaml', line: 4, code: 'WEFT0101', severity: 'error', istio: ['IST0101'] });
  });

  it('end with a count where there are too many', () => {
    const rules = Array.from({ length: findingsMax + 10 }, (_, index) =>
      document(vs(`{ hosts: [h${index}.example], ${route('{ host: gone }')} }`, `shop/v${index}`)),
    );
    const found = analyse(
      createTestMesh({
        'base.yaml': base,
        'f.yaml': rules.slice(0, 900).join('---\n'),
        'g.yaml': rules.slice(900).join('---\n'),
      }).input(),
      analysers.slice(0, 1),
    );
    expect(found).toHaveLength(findingsMax);
    expect(found.at(-1)?.message).toBe('11 more findings from here on');
  });
});
