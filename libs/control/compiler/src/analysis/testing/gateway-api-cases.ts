/** Documents of the Gateway API that analysers doubt, and documents that they take. */

import type { Case } from './documents.ts';

const gateway = (listeners: string): readonly [string, string] => [
  'Gateway.gateway.networking.k8s.io shop/edge',
  `{ gatewayClassName: istio, listeners: [${listeners}] }`,
];

const http = '{ name: http, port: 80, protocol: HTTP, hostname: "*.example.com" }';

export const gatewayApiCases: readonly Case[] = [
  [
    'WEFT0132',
    'takes what is attached and resolved',
    [
      gateway(http),
      [
        'HTTPRoute shop/r',
        '{ parentRefs: [{ name: edge }, { group: "", kind: Service, name: order }], hostnames: [a.example.com], rules: [{ backendRefs: [{ name: order, port: 8080 }] }] }',
      ],
    ],
  ],
  [
    'WEFT0132',
    'tells parents that do not take a route, and backends that are none',
    [
      gateway(http),
      [
        'HTTPRoute shop/r',
        '{ parentRefs: [{ name: edge, sectionName: https }, { name: edge, sectionName: http }, { name: gone }], hostnames: [a.example.org], rules: [{ backendRefs: [{ name: order, port: 8080 }, { name: gone, port: 80 }] }] }',
      ],
      [
        'HTTPRoute web/r',
        '{ parentRefs: [{ name: edge, namespace: shop }], rules: [{ filters: [{ type: RequestRedirect, requestRedirect: { scheme: https } }] }] }',
      ],
    ],
    'HTTPRoute shop/r spec.parentRefs[0]: Accepted is False for Gateway shop/edge (https) (NoMatchingParent): no listener has this name or port',
    'HTTPRoute shop/r spec.parentRefs[1]: Accepted is False for Gateway shop/edge (http) (NoMatchingListenerHostname): no listener has a host name in common with the route',
    'HTTPRoute shop/r spec.parentRefs[2]: Accepted is False for Gateway shop/gone (NoMatchingParent): there is no Gateway shop/gone',
    'HTTPRoute shop/r spec.rules[0].backendRefs[1]: ResolvedRefs is False (BackendNotFound): there is no Service shop/gone',
    'HTTPRoute web/r spec.parentRefs[0]: Accepted is False for Gateway shop/edge (NotAllowedByListeners): no listener takes routes of this kind from this namespace',
  ],
  [
    'WEFT0132',
    'tells listeners in conflict, certificates that are not there and policies without target',
    [
      gateway(
        '{ name: a, port: 80, protocol: HTTP }, { name: b, port: 80, protocol: TCP }, { name: c, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: gone }] } }',
      ),
      [
        'BackendTLSPolicy shop/p',
        '{ targetRefs: [{ group: "", kind: Service, name: gone }], validation: { wellKnownCACertificates: System, hostname: a.example } }',
      ],
    ],
    'Gateway.gateway.networking.k8s.io shop/edge spec.listeners[0]: Accepted is False (ProtocolConflict): HTTP and the TCP of listener b cannot share port 80',
    'Gateway.gateway.networking.k8s.io shop/edge spec.listeners[1]: Accepted is False (ProtocolConflict): TCP and the HTTP of listener a cannot share port 80',
    'Gateway.gateway.networking.k8s.io shop/edge spec.listeners[2]: ResolvedRefs is False (InvalidCertificateRef): there is no Secret shop/gone',
    'BackendTLSPolicy shop/p : Accepted is False (TargetNotFound): no target is a Service that is there',
  ],
];
