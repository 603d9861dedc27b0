/** Documents that analysers of routes, gateways and services doubt, and documents that they take. */

import { type Case, gateway, https, route, subsets, vs } from './documents.ts';

export const routingCases: readonly Case[] = [
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
];
