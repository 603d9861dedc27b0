import { type Case, describeVerdicts } from '../../testing/verdict.ts';

const cases: Case[] = [
  [
    'takes less than a millisecond for no idle timeout of TCP',
    'host: a\ntrafficPolicy: { connectionPool: { tcp: { idleTimeout: 1us } } }',
  ],
  [
    'refuses a negative idle timeout of TCP',
    'host: a\ntrafficPolicy: { connectionPool: { tcp: { idleTimeout: -1s } } }',
    'spec.trafficPolicy.connectionPool.tcp.idleTimeout: a duration of -1000 ms must not be negative',
  ],
  [
    'warns of negative consecutiveErrors, which have no effect',
    'host: a\ntrafficPolicy: { outlierDetection: { consecutiveErrors: -1 } }',
    'warning: spec.trafficPolicy.outlierDetection.consecutiveErrors: consecutiveErrors is deprecated and has no effect; write consecutive5xxErrors or consecutiveGatewayErrors',
  ],
  [
    'takes an empty list of names beside insecureSkipVerify',
    'host: a\ntrafficPolicy: { tls: { mode: SIMPLE, insecureSkipVerify: true, subjectAltNames: [] } }',
  ],
  [
    'takes a ConfigMap of its own namespace for credentials',
    'host: a\ntrafficPolicy: { tls: { mode: SIMPLE, credentialName: "configmap://shop/ca" } }',
  ],
  [
    'refuses a ConfigMap of another namespace',
    'host: a\ntrafficPolicy: { tls: { mode: SIMPLE, credentialName: "configmap://other/ca" } }',
    'spec.trafficPolicy.tls.credentialName: write "configmap://shop/name": of its own namespace',
  ],
  [
    'warns of settings for what is no port',
    'host: a\ntrafficPolicy: { portLevelSettings: [{ port: { number: 70000 }, tls: {} }] }',
    'warning: spec.trafficPolicy.portLevelSettings[0].port: port 70000 is no port: these settings apply to nothing',
  ],
  [
    'takes an empty protocol of a tunnel for CONNECT',
    'host: a\ntrafficPolicy: { tunnel: { protocol: "", targetHost: a, targetPort: 80 } }',
  ],
  [
    'takes a connection pool',
    'host: a\ntrafficPolicy: { connectionPool: { tcp: { maxConnections: 10, connectTimeout: 30ms, tcpKeepalive: { probes: 3, time: 7200s, interval: 75s }, maxConnectionDuration: 1h, idleTimeout: 0s }, http: { http1MaxPendingRequests: 1, http2MaxRequests: 2, maxRequestsPerConnection: 3, maxRetries: 4, idleTimeout: 1s, h2UpgradePolicy: UPGRADE, maxConcurrentStreams: 5 } } }',
  ],
  [
    'refuses an empty pool',
    'host: a\ntrafficPolicy: { connectionPool: {} }',
    'spec.trafficPolicy.connectionPool: a connection pool must have tcp, http or both',
  ],
  [
    'refuses a negative number of connections',
    'host: a\ntrafficPolicy: { connectionPool: { tcp: { maxConnections: -1 } } }',
    'spec.trafficPolicy.connectionPool.tcp.maxConnections: maxConnections -1 is not in the range 0 to 2147483647',
  ],
  [
    'refuses a number that is no int32',
    'host: a\ntrafficPolicy: { connectionPool: { http: { http2MaxRequests: 2147483648 } } }',
    'spec.trafficPolicy.connectionPool.http.http2MaxRequests: http2MaxRequests 2147483648 is not in the range 0 to 2147483647',
  ],
  [
    'refuses a connect timeout of 0',
    'host: a\ntrafficPolicy: { connectionPool: { tcp: { connectTimeout: 0s } } }',
    'spec.trafficPolicy.connectionPool.tcp.connectTimeout: the duration 0s must be at least 1ms',
  ],
  [
    'refuses an HTTP idle timeout of 0',
    'host: a\ntrafficPolicy: { connectionPool: { http: { idleTimeout: 0s } } }',
    'spec.trafficPolicy.connectionPool.http.idleTimeout: the duration 0s must be at least 1ms',
  ],
  [
    'refuses UPGRADE beside the protocol of the client',
    'host: a\ntrafficPolicy: { connectionPool: { http: { h2UpgradePolicy: UPGRADE, useClientProtocol: true } } }',
    'spec.trafficPolicy.connectionPool.http.useClientProtocol: useClientProtocol cannot stand beside h2UpgradePolicy UPGRADE',
  ],
  [
    'warns of http2KeepAlive, which is not done',
    'host: a\ntrafficPolicy: { connectionPool: { http: { http2KeepAlive: {} } } }',
    'warning: spec.trafficPolicy.connectionPool.http.http2KeepAlive: http2KeepAlive is not done yet in this version and has no effect',
  ],
  [
    'takes outlier detection',
    'host: a\ntrafficPolicy: { outlierDetection: { consecutive5xxErrors: 0, consecutiveGatewayErrors: 3, interval: 5s, baseEjectionTime: 30s, maxEjectionPercent: 100, minHealthPercent: 0, splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 2 } }',
  ],
  ['takes empty outlier detection', 'host: a\ntrafficPolicy: { outlierDetection: {} }'],
  [
    'refuses a share of ejections over 100',
    'host: a\ntrafficPolicy: { outlierDetection: { maxEjectionPercent: 101 } }',
    'spec.trafficPolicy.outlierDetection.maxEjectionPercent: maxEjectionPercent 101 is not in the range 0 to 100',
  ],
  [
    'refuses local failures that are not told apart',
    'host: a\ntrafficPolicy: { outlierDetection: { consecutiveLocalOriginFailures: 2 } }',
    'spec.trafficPolicy.outlierDetection.consecutiveLocalOriginFailures: consecutiveLocalOriginFailures needs splitExternalLocalOriginErrors: true',
  ],
  [
    'warns of consecutiveErrors',
    'host: a\ntrafficPolicy: { outlierDetection: { consecutiveErrors: 7 } }',
    'warning: spec.trafficPolicy.outlierDetection.consecutiveErrors: consecutiveErrors is deprecated and has no effect; write consecutive5xxErrors or consecutiveGatewayErrors',
  ],
  [
    'refuses an interval of 0',
    'host: a\ntrafficPolicy: { outlierDetection: { interval: 0s } }',
    'spec.trafficPolicy.outlierDetection.interval: the duration 0s must be at least 1ms',
  ],
  [
    'warns of outlierDetectionHttpErrorCodes, which are not done',
    'host: a\ntrafficPolicy: { outlierDetection: { outlierDetectionHttpErrorCodes: [429] } }',
    'warning: spec.trafficPolicy.outlierDetection.outlierDetectionHttpErrorCodes: outlierDetectionHttpErrorCodes is not done yet in this version and has no effect',
  ],
  [
    'refuses what is no status among them',
    'host: a\ntrafficPolicy: { outlierDetection: { outlierDetectionHttpErrorCodes: [99] } }',
    'spec.trafficPolicy.outlierDetection.outlierDetectionHttpErrorCodes[0]: status 99 is not in the range 100 to 599',
  ],
  ['takes ISTIO_MUTUAL', 'host: a\ntrafficPolicy: { tls: { mode: ISTIO_MUTUAL, sni: a.b, subjectAltNames: [a] } }'],
  [
    'takes MUTUAL with files',
    'host: a\ntrafficPolicy: { tls: { mode: MUTUAL, clientCertificate: /c, privateKey: /k, caCertificates: /ca, caCrl: /crl } }',
  ],
  ['takes MUTUAL with a credential', 'host: a\ntrafficPolicy: { tls: { mode: MUTUAL, credentialName: c } }'],
  [
    'needs certificate and key for MUTUAL',
    'host: a\ntrafficPolicy: { tls: { mode: MUTUAL } }',
    'spec.trafficPolicy.tls: mode MUTUAL needs clientCertificate, or credentialName',
    'spec.trafficPolicy.tls: mode MUTUAL needs privateKey, or credentialName',
  ],
  [
    'refuses files beside a credential',
    'host: a\ntrafficPolicy: { tls: { mode: SIMPLE, credentialName: c, caCertificates: /ca } }',
    'spec.trafficPolicy.tls.caCertificates: caCertificates cannot stand beside credentialName',
  ],
  ['takes insecureSkipVerify', 'host: a\ntrafficPolicy: { tls: { mode: SIMPLE, insecureSkipVerify: true } }'],
  [
    'refuses names to verify beside insecureSkipVerify',
    'host: a\ntrafficPolicy: { tls: { mode: SIMPLE, insecureSkipVerify: true, caCertificates: /ca } }',
    'spec.trafficPolicy.tls.caCertificates: caCertificates cannot stand beside insecureSkipVerify: nothing is verified',
  ],
  [
    'refuses a mode nobody knows',
    'host: a\ntrafficPolicy: { tls: { mode: STRICT } }',
    'spec.trafficPolicy.tls.mode: "STRICT" is not one of DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL',
  ],
  [
    'takes settings of a port',
    'host: a\ntrafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: DISABLE } }] }',
  ],
  [
    'needs the port of settings',
    'host: a\ntrafficPolicy: { portLevelSettings: [{ tls: { mode: DISABLE } }] }',
    'spec.trafficPolicy.portLevelSettings[0].port: "port" is required',
  ],
  [
    'refuses empty settings of a port',
    'host: a\ntrafficPolicy: { portLevelSettings: [{ port: { number: 80 } }] }',
    'spec.trafficPolicy.portLevelSettings[0]: the settings of a port must have at least one field',
  ],
  [
    'warns of settings of port 0',
    'host: a\ntrafficPolicy: { portLevelSettings: [{ port: { number: 0 }, tls: { mode: DISABLE } }] }',
    'warning: spec.trafficPolicy.portLevelSettings[0].port: port 0 is no port: these settings apply to nothing',
  ],
  [
    'warns of settings of one port twice',
    'host: a\ntrafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: DISABLE } }, { port: { number: 80 }, tls: { mode: SIMPLE } }] }',
    'warning: spec.trafficPolicy.portLevelSettings[1].port.number: port 80 has settings already, which are used',
  ],
  [
    'refuses the tunnel of a port',
    'host: a\ntrafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tunnel: {} }] }',
    'spec.trafficPolicy.portLevelSettings[0].tunnel: unknown field "tunnel"',
  ],
  [
    'takes a tunnel',
    'host: a\ntrafficPolicy: { tunnel: { protocol: POST, targetHost: a.example.com, targetPort: 443 } }',
  ],
  [
    'refuses a tunnel to port 0',
    'host: a\ntrafficPolicy: { tunnel: { targetHost: 10.0.0.1, targetPort: 0 } }',
    'spec.trafficPolicy.tunnel.targetPort: port 0 is not in the range 1 to 65535',
  ],
  [
    'refuses a tunnel beside the PROXY protocol',
    'host: a\ntrafficPolicy: { tunnel: { targetHost: 10.0.0.1, targetPort: 1 }, proxyProtocol: { version: V2 } }',
    'spec.trafficPolicy.tunnel: only one of tunnel and proxyProtocol may be given',
  ],
  [
    'takes a retry budget',
    'host: a\ntrafficPolicy: { retryBudget: { percent: 12.5, minRetryConcurrency: 1, budgetInterval: 10s } }',
  ],
  [
    'refuses a retry budget over 100 percent',
    'host: a\ntrafficPolicy: { retryBudget: { percent: 120 } }',
    'spec.trafficPolicy.retryBudget.percent: percent 120 is not in the range 0 to 100',
  ],
  [
    'refuses an empty policy of a subset',
    'host: a\nsubsets: [{ name: v1, trafficPolicy: {} }]',
    'spec.subsets[0].trafficPolicy: a traffic policy must have at least one field',
  ],
  [
    'judges the policy of a subset',
    'host: a\nsubsets: [{ name: v1, trafficPolicy: { outlierDetection: { consecutiveErrors: 1, minHealthPercent: 200 } } }]',
    'spec.subsets[0].trafficPolicy.outlierDetection.minHealthPercent: minHealthPercent 200 is not in the range 0 to 100',
    'warning: spec.subsets[0].trafficPolicy.outlierDetection.consecutiveErrors: consecutiveErrors is deprecated and has no effect; write consecutive5xxErrors or consecutiveGatewayErrors',
  ],
  ['takes a selector of clients', 'host: a\nworkloadSelector: { matchLabels: { app: x } }\nexportTo: ["."]'],
  [
    'warns of a selector without labels',
    'host: a\nworkloadSelector: {}',
    'warning: spec.workloadSelector: a selector without labels selects every workload of the namespace',
  ],
  [
    'refuses a selector with a wildcard',
    'host: a\nworkloadSelector: { matchLabels: { app: "x*" } }',
    'spec.workloadSelector.matchLabels.app: a selector takes no wildcard',
  ],
  [
    'refuses a selector exported to others',
    'host: a\nworkloadSelector: { matchLabels: { app: x } }\nexportTo: ["*"]',
    'spec.exportTo: a DestinationRule with workloadSelector is for its own namespace: write "."',
  ],
  [
    'refuses a selector by expressions',
    'host: a\nworkloadSelector: { matchExpressions: [] }',
    'spec.workloadSelector.matchExpressions: unknown field "matchExpressions"',
  ],
  ['takes a subset name in upper case', 'host: a\nsubsets: [{ name: V1, labels: { v: "1" } }]'],
];

describeVerdicts('DestinationRule', cases);
