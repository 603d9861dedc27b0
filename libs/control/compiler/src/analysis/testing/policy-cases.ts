/** Documents that analysers of policies, destinations and scopes doubt, and documents that they take. */

import { type Case, entry, gateway, route, subsets, vs } from './documents.ts';

export const policyCases: readonly Case[] = [
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
    'names the callers that are cut, by label and by namespace, where other policies let nobody else in',
    [
      [
        'NetworkPolicy shop/n',
        '{ podSelector: { matchLabels: { app: order } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: payment } } }] }, { ports: [{ port: 15021 }, { port: 15090 }] }] }',
      ],
      [
        'NetworkPolicy shop/gateways',
        '{ podSelector: { matchLabels: { app: order } }, ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: web } } }] }] }',
      ],
    ],
    'NetworkPolicy shop/n spec.ingress: cuts gateway.istio-system → order.shop:8080',
    'NetworkPolicy shop/gateways spec.ingress: cuts gateway.istio-system → order.shop:8080',
  ],
  [
    'WEFT0131',
    'tells calls of rules that their own side cuts',
    [
      vs('{ hosts: [payment], http: [{ route: [{ destination: { host: payment } }] }] }'),
      [
        'NetworkPolicy shop/o',
        '{ podSelector: { matchLabels: { app: order } }, policyTypes: [Egress], egress: [{ to: [{ podSelector: { matchLabels: { app: db } } }] }, { ports: [{ port: 15012 }] }] }',
      ],
    ],
    'NetworkPolicy shop/o spec.egress: WorkloadGroup shop/order does not reach any port of payment.shop.svc.cluster.local, which rules of its namespace route to',
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
