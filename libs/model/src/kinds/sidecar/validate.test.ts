import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const cases: Case[] = [
  [
    'refuses an empty spec',
    '{}',
    'spec: a Sidecar must have ingress, egress, outboundTrafficPolicy or inboundConnectionPool',
  ],
  ['takes a policy alone', 'outboundTrafficPolicy: { mode: ALLOW_ANY }'],
  [
    'takes an egress listener for everything',
    'egress: [{ hosts: ["./*", "istio-system/*", "*/a.example.com", "~/*"] }]',
  ],
  ['needs hosts', 'egress: [{ captureMode: NONE }]', 'spec.egress[0].hosts: at least one host is required'],
  [
    'refuses a host without namespace',
    'egress: [{ hosts: [a.example.com] }]',
    'spec.egress[0].hosts[0]: "a.example.com" is not of the form namespace/host, as "./*" is',
  ],
  [
    'refuses a short name',
    'egress: [{ hosts: ["./a"] }]',
    'spec.egress[0].hosts[0]: "a" is a short name; a Sidecar needs a full one',
  ],
  [
    'refuses a partial wildcard',
    'egress: [{ hosts: ["./*-a.example.com"] }]',
    'spec.egress[0].hosts[0]: "*-a.example.com": a wildcard must be the whole first label',
  ],
  [
    'refuses an empty namespace',
    'egress: [{ hosts: ["/a.example.com"] }]',
    'spec.egress[0].hosts[0]: "/a.example.com": neither namespace nor host may be empty',
  ],
  [
    'refuses two slashes',
    'egress: [{ hosts: ["a/b/c.d"] }]',
    'spec.egress[0].hosts[0]: "a/b/c.d" has more than one "/"',
  ],
  [
    'warns of hosts named twice',
    'egress: [{ hosts: ["./a.example.com", "shop/a.example.com"] }]',
    'warning: spec.egress[0].hosts[1]: "shop/a.example.com" names hosts that others of the list name too',
  ],
  [
    'warns of a host beside all of its namespace',
    'egress: [{ hosts: ["./*", "./a.example.com"] }]',
    'warning: spec.egress[0].hosts[1]: "./a.example.com" names hosts that others of the list name too',
  ],
  [
    'warns of hosts beside everything',
    'egress: [{ hosts: ["*/*", "shop/*"] }]',
    'warning: spec.egress[0].hosts: "*/*" is everything already; the other hosts have no effect',
  ],
  [
    'refuses a listener without port before another',
    'egress: [{ hosts: ["./*"] }, { port: { number: 80, protocol: HTTP }, hosts: ["./*"] }]',
    'spec.egress[0]: a listener without port takes what is left; it must be the last',
  ],
  [
    'refuses two listeners of one port',
    'egress: [{ port: { number: 80, protocol: HTTP }, hosts: ["./*"] }, { port: { number: 80, protocol: HTTP }, hosts: ["./*"] }]',
    'spec.egress[1].port.number: port 80 has a listener already',
  ],
  [
    'takes a Unix socket',
    'egress: [{ port: { protocol: HTTP, name: u }, bind: "unix:///run/x", captureMode: NONE, hosts: ["./*"] }]',
  ],
  [
    'refuses port 0 without a Unix socket',
    'egress: [{ port: { number: 0, protocol: HTTP }, hosts: ["./*"] }]',
    'spec.egress[0].port: port 0 needs a Unix socket as bind: "unix://" and an absolute path',
  ],
  [
    'refuses a Unix socket with a port',
    'egress: [{ port: { number: 80, protocol: HTTP }, bind: "unix:///run/x", hosts: ["./*"] }]',
    'spec.egress[0].bind: a Unix socket as bind needs port 0',
  ],
  [
    'refuses a Unix socket that is captured',
    'egress: [{ port: { protocol: HTTP }, bind: "unix:///run/x", captureMode: IPTABLES, hosts: ["./*"] }]',
    'spec.egress[0].captureMode: nothing can be captured for a Unix socket: use NONE',
  ],
  [
    'refuses a capture mode nobody knows',
    'egress: [{ captureMode: SOME, hosts: ["./*"] }]',
    'spec.egress[0].captureMode: "SOME" is not one of DEFAULT, IPTABLES, NONE',
  ],
  [
    'refuses a protocol nobody knows',
    'egress: [{ port: { number: 80, protocol: GOPHER }, hosts: ["./*"] }]',
    'spec.egress[0].port.protocol: "GOPHER" is not one of HTTP, HTTP2, GRPC, GRPC-WEB, HTTPS, TLS, TCP, MONGO, MYSQL, REDIS',
  ],
  ['takes a port without a protocol', 'egress: [{ port: { number: 80 }, hosts: ["./*"] }]'],
  [
    'takes an ingress listener',
    'ingress: [{ port: { number: 9080, protocol: HTTP, name: h }, bind: 0.0.0.0, captureMode: NONE, defaultEndpoint: "127.0.0.1:8080", connectionPool: { http: { http2MaxRequests: 1 } } }]',
  ],
  ['takes one without endpoint', 'ingress: [{ port: { number: 9080, protocol: HTTP, name: h } }]'],
  [
    'takes the endpoint 0.0.0.0:80',
    'ingress: [{ port: { number: 9080, protocol: HTTP, name: h }, defaultEndpoint: "0.0.0.0:80" }]',
  ],
  [
    'takes the endpoint [::1]:80',
    'ingress: [{ port: { number: 9080, protocol: HTTP, name: h }, defaultEndpoint: "[::1]:80" }]',
  ],
  ['takes the endpoint :80', 'ingress: [{ port: { number: 9080, protocol: HTTP, name: h }, defaultEndpoint: ":80" }]'],
  [
    'takes the endpoint unix:///run/x',
    'ingress: [{ port: { number: 9080, protocol: HTTP, name: h }, defaultEndpoint: "unix:///run/x" }]',
  ],
  [
    'refuses the endpoint 127.0.0.1',
    'ingress: [{ port: { number: 9080, protocol: HTTP, name: h }, defaultEndpoint: "127.0.0.1" }]',
    'spec.ingress[0].defaultEndpoint: "127.0.0.1" is not an endpoint: 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT or unix://PATH',
  ],
  [
    'refuses the endpoint 10.0.0.1:80',
    'ingress: [{ port: { number: 9080, protocol: HTTP, name: h }, defaultEndpoint: "10.0.0.1:80" }]',
    'spec.ingress[0].defaultEndpoint: "10.0.0.1:80" is not an endpoint: 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT or unix://PATH',
  ],
  [
    'refuses the endpoint localhost:80',
    'ingress: [{ port: { number: 9080, protocol: HTTP, name: h }, defaultEndpoint: "localhost:80" }]',
    'spec.ingress[0].defaultEndpoint: "localhost:80" is not an endpoint: 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT or unix://PATH',
  ],
  [
    'refuses the endpoint 127.0.0.1:0',
    'ingress: [{ port: { number: 9080, protocol: HTTP, name: h }, defaultEndpoint: "127.0.0.1:0" }]',
    'spec.ingress[0].defaultEndpoint: "127.0.0.1:0" is not an endpoint: 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT or unix://PATH',
  ],
  [
    'refuses the endpoint 127.0.0.1:http',
    'ingress: [{ port: { number: 9080, protocol: HTTP, name: h }, defaultEndpoint: "127.0.0.1:http" }]',
    'spec.ingress[0].defaultEndpoint: "127.0.0.1:http" is not an endpoint: 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT or unix://PATH',
  ],
  [
    'refuses the endpoint unix://x',
    'ingress: [{ port: { number: 9080, protocol: HTTP, name: h }, defaultEndpoint: "unix://x" }]',
    'spec.ingress[0].defaultEndpoint: "unix://x" is not a Unix socket: "unix://" and an absolute path',
  ],
  [
    'refuses the endpoint unix:///x/',
    'ingress: [{ port: { number: 9080, protocol: HTTP, name: h }, defaultEndpoint: "unix:///x/" }]',
    'spec.ingress[0].defaultEndpoint: "unix:///x/" is not a Unix socket: "unix://" and an absolute path',
  ],
  ['needs a port', 'ingress: [{ defaultEndpoint: "127.0.0.1:80" }]', 'spec.ingress[0].port: "port" is required'],
  [
    'refuses port 0',
    'ingress: [{ port: { number: 0, protocol: HTTP, name: h } }]',
    'spec.ingress[0].port.number: port 0 is not in the range 1 to 65535',
  ],
  [
    'refuses two ingress listeners of one port',
    'ingress: [{ port: { number: 9080, protocol: HTTP, name: h } }, { port: { number: 9080, protocol: HTTP, name: h } }]',
    'spec.ingress[1].port.number: port 9080 has a listener already',
  ],
  [
    'refuses a name as bind',
    'ingress: [{ port: { number: 9080, protocol: HTTP, name: h }, bind: localhost }]',
    'spec.ingress[0].bind: "localhost" is not an IP address',
  ],
  [
    'warns of HTTP limits of a TCP port',
    'ingress: [{ port: { number: 1, protocol: TCP, name: t }, connectionPool: { http: { maxRetries: 1 } } }]',
    'warning: spec.ingress[0].connectionPool.http: the port is not of HTTP: of the pool, tcp alone has an effect',
  ],
  [
    'refuses an empty pool',
    'inboundConnectionPool: {}',
    'spec.inboundConnectionPool: a connection pool must have tcp, http or both',
  ],
  ['takes a pool alone', 'inboundConnectionPool: { tcp: { maxConnections: 1 } }'],
  [
    'takes TLS from outside',
    'ingress: [{ port: { number: 9443, protocol: HTTPS, name: h }, tls: { mode: SIMPLE, serverCertificate: /c, privateKey: /k } }]',
  ],
  [
    'refuses TLS at a port of HTTP',
    'ingress: [{ port: { number: 9080, protocol: HTTP, name: h }, tls: { mode: SIMPLE, serverCertificate: /c, privateKey: /k } }]',
    'spec.ingress[0].tls: protocol HTTP takes no tls; use TLS or HTTPS',
  ],
  [
    'refuses what only gateways have in tls',
    'ingress: [{ port: { number: 9443, protocol: HTTPS, name: h }, tls: { mode: SIMPLE, credentialName: c, httpsRedirect: true, subjectAltNames: [a] } }]',
    'spec.ingress[0].tls.credentialName: credentialName is for gateways; the tls of a Sidecar does not have it',
    'spec.ingress[0].tls.httpsRedirect: httpsRedirect is for gateways; the tls of a Sidecar does not have it',
    'spec.ingress[0].tls.subjectAltNames: subjectAltNames is for gateways; the tls of a Sidecar does not have it',
  ],
  [
    'refuses ISTIO_MUTUAL in tls',
    'ingress: [{ port: { number: 9443, protocol: HTTPS, name: h }, tls: { mode: ISTIO_MUTUAL } }]',
    'spec.ingress[0].tls.mode: mode ISTIO_MUTUAL is for gateways; the tls of a Sidecar does not have it',
  ],
  [
    'warns of a selector without labels',
    'workloadSelector: {}\negress: [{ hosts: ["./*"] }]',
    'warning: spec.workloadSelector: a selector without labels selects every workload of the namespace',
  ],
  [
    'refuses a selector with an empty key',
    'workloadSelector: { labels: { "": a } }\negress: [{ hosts: ["./*"] }]',
    'spec.workloadSelector.labels[""]: a label of a selector needs a key',
  ],
  [
    'takes an egress proxy',
    'outboundTrafficPolicy: { mode: ALLOW_ANY, egressProxy: { host: a.b, port: { number: 80 } } }',
  ],
  [
    'refuses an egress proxy with REGISTRY_ONLY',
    'outboundTrafficPolicy: { egressProxy: { host: a.b, port: { number: 80 } } }',
    'spec.outboundTrafficPolicy.egressProxy: egressProxy needs mode ALLOW_ANY',
  ],
  [
    'needs the port of an egress proxy',
    'outboundTrafficPolicy: { mode: ALLOW_ANY, egressProxy: { host: a.b } }',
    'spec.outboundTrafficPolicy.egressProxy: egressProxy needs a port',
  ],
  [
    'refuses a wildcard as egress proxy',
    'outboundTrafficPolicy: { mode: ALLOW_ANY, egressProxy: { host: "*.b", port: { number: 80 } } }',
    'spec.outboundTrafficPolicy.egressProxy.host: "*.b" is not a host name',
  ],
  [
    'warns of ALLOW_ANY_DYNAMIC_DNS, which is taken for ALLOW_ANY',
    'outboundTrafficPolicy: { mode: ALLOW_ANY_DYNAMIC_DNS }',
    'warning: spec.outboundTrafficPolicy.mode: ALLOW_ANY_DYNAMIC_DNS is not done yet in this version; it is taken for ALLOW_ANY',
  ],
  [
    'warns of a listener of UDP',
    'egress: [{ port: { number: 53, protocol: UDP, name: dns }, hosts: ["./*"] }]',
    'warning: spec.egress[0].port.protocol: a proxy carries no UDP; it listens for TCP there',
  ],
  [
    'warns of http2KeepAlive, which is not done, in either pool',
    'ingress: [{ port: { number: 80, protocol: HTTP, name: a }, connectionPool: { http: { http2KeepAlive: {} } } }]\ninboundConnectionPool: { http: { http2KeepAlive: {} } }',
    'warning: spec.ingress[0].connectionPool.http.http2KeepAlive: http2KeepAlive is not done yet in this version and has no effect',
    'warning: spec.inboundConnectionPool.http.http2KeepAlive: http2KeepAlive is not done yet in this version and has no effect',
  ],
  ['does not look at an address without a port', 'egress: [{ bind: nowhere, hosts: ["./*"] }]'],
];

describeFull('Sidecar', import.meta.dirname);
describeVerdicts('Sidecar', cases);
