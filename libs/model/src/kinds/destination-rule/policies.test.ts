import { type Case, describeVerdicts } from '../../testing/verdict.ts';

const cases: Case[] = [
  [
    'takes a hash by header',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: x-user } } }',
  ],
  [
    'takes a hash by cookie',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { httpCookie: { name: c, path: /, ttl: 0s, attributes: [{ name: SameSite, value: Strict }, { name: Secure }] } } } }',
  ],
  [
    'takes a hash by address with maglev',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true, maglev: { tableSize: 65537 } } } }',
  ],
  [
    'takes a hash by query parameter with a ring',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { httpQueryParameterName: q, ringHash: { minimumRingSize: 2048 } } } }',
  ],
  [
    'needs the name of a cookie',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { httpCookie: { ttl: 1s } } } }',
    'spec.trafficPolicy.loadBalancer.consistentHash.httpCookie.name: "name" is required',
  ],
  [
    'refuses an empty name of a cookie',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { httpCookie: { name: "" } } } }',
    'spec.trafficPolicy.loadBalancer.consistentHash.httpCookie.name: the name of a cookie must not be empty',
  ],
  [
    'takes any name of a header to hash by',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: x y } } }',
  ],
  [
    'takes an old warmup of no time, which is none',
    'host: a\ntrafficPolicy: { loadBalancer: { warmupDurationSecs: 0s } }',
    'warning: spec.trafficPolicy.loadBalancer.warmupDurationSecs: warmupDurationSecs is deprecated; write warmup: { duration: … }',
  ],
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
    'takes a negative ttl, which is none',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { httpCookie: { name: c, ttl: -1s } } } }',
  ],
  [
    'refuses two keys of a hash',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: a, useSourceIp: true } } }',
    'spec.trafficPolicy.loadBalancer.consistentHash: only one of httpHeaderName and useSourceIp may be given',
  ],
  [
    'refuses simple beside a hash',
    'host: a\ntrafficPolicy: { loadBalancer: { simple: RANDOM, consistentHash: { useSourceIp: true } } }',
    'spec.trafficPolicy.loadBalancer: only one of simple and consistentHash may be given',
  ],
  [
    'refuses a table that is not prime',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true, maglev: { tableSize: 65536 } } } }',
    'spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize: tableSize 65536 is not a prime number',
  ],
  [
    'refuses a table that is too large',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true, maglev: { tableSize: 5000011 } } } }',
    'spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize: tableSize must be less than 5000011',
  ],
  [
    'needs the size of a table',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true, maglev: {} } } }',
    'spec.trafficPolicy.loadBalancer.consistentHash.maglev: maglev needs a tableSize',
  ],
  [
    'refuses ring and table',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true, ringHash: {}, maglev: { tableSize: 7 } } } }',
    'spec.trafficPolicy.loadBalancer.consistentHash: only one of ringHash and maglev may be given',
  ],
  [
    'warns of a ring that Envoy refuses',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true, ringHash: { minimumRingSize: 8388609 } } } }',
    "warning: spec.trafficPolicy.loadBalancer.consistentHash.ringHash.minimumRingSize: Envoy's rings end at 8388608, which is used",
  ],
  [
    'warns of the old ring size',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true, minimumRingSize: 1024 } } }',
    'warning: spec.trafficPolicy.loadBalancer.consistentHash.minimumRingSize: minimumRingSize is deprecated here; write ringHash: { minimumRingSize: … }',
  ],
  [
    'refuses the old ring size beside maglev',
    'host: a\ntrafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true, minimumRingSize: 1024, maglev: { tableSize: 7 } } } }',
    'spec.trafficPolicy.loadBalancer.consistentHash.minimumRingSize: minimumRingSize cannot stand beside ringHash or maglev',
    'warning: spec.trafficPolicy.loadBalancer.consistentHash.minimumRingSize: minimumRingSize is deprecated here; write ringHash: { minimumRingSize: … }',
  ],
  [
    'warns of LEAST_CONN',
    'host: a\ntrafficPolicy: { loadBalancer: { simple: LEAST_CONN } }',
    'warning: spec.trafficPolicy.loadBalancer.simple: LEAST_CONN is deprecated; write LEAST_REQUEST',
  ],
  [
    'takes warmup',
    'host: a\ntrafficPolicy: { loadBalancer: { simple: ROUND_ROBIN, warmup: { duration: 30s, minimumPercent: 5, aggression: 1.5 } } }',
  ],
  [
    'needs the duration of a warmup',
    'host: a\ntrafficPolicy: { loadBalancer: { warmup: { aggression: 2 } } }',
    'spec.trafficPolicy.loadBalancer.warmup.duration: "duration" is required',
  ],
  [
    'refuses a warmup that starts above 100 percent',
    'host: a\ntrafficPolicy: { loadBalancer: { warmup: { duration: 1s, minimumPercent: 101 } } }',
    'spec.trafficPolicy.loadBalancer.warmup.minimumPercent: minimumPercent 101 is not in the range 0 to 100',
  ],
  [
    'refuses an aggression below 1',
    'host: a\ntrafficPolicy: { loadBalancer: { warmup: { duration: 1s, aggression: 0.5 } } }',
    'spec.trafficPolicy.loadBalancer.warmup.aggression: aggression 0.5 is less than 1',
  ],
  [
    'warns of warmupDurationSecs',
    'host: a\ntrafficPolicy: { loadBalancer: { warmupDurationSecs: 10s } }',
    'warning: spec.trafficPolicy.loadBalancer.warmupDurationSecs: warmupDurationSecs is deprecated; write warmup: { duration: … }',
  ],
  [
    'warns of a warmup that has no effect',
    'host: a\ntrafficPolicy: { loadBalancer: { simple: RANDOM, warmup: { duration: 1s } } }',
    'warning: spec.trafficPolicy.loadBalancer: warmup has an effect with ROUND_ROBIN and LEAST_REQUEST only',
  ],
  [
    'warns of zoneAwareLbSetting, which is not done',
    'host: a\ntrafficPolicy: { loadBalancer: { zoneAwareLbSetting: { enabled: true, failover: [{ from: r1, to: r2 }], failoverPriority: [x], minClusterSize: 3 } } }',
    'warning: spec.trafficPolicy.loadBalancer.zoneAwareLbSetting: zoneAwareLbSetting is not done yet in this version and has no effect',
  ],
  [
    'takes a distribution',
    'host: a\ntrafficPolicy: { loadBalancer: { localityLbSetting: { enabled: true, distribute: [{ from: "r1/z1/*", to: { "r1/z1/*": 80, "r1/z2/*": 20 } }, { from: "r2/*", to: { r2: 100 } }] } } }',
  ],
  [
    'refuses weights that do not add up to 100',
    'host: a\ntrafficPolicy: { loadBalancer: { localityLbSetting: { distribute: [{ from: r1, to: { r1: 50 } }] } }, outlierDetection: {} }',
    'spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to: the weights must add up to 100, not to 50',
  ],
  [
    'refuses a weight of 0',
    'host: a\ntrafficPolicy: { loadBalancer: { localityLbSetting: { distribute: [{ from: r1, to: { r1: 100, r2: 0 } }] } }, outlierDetection: {} }',
    'spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to: each weight must be from 1 to 100',
  ],
  [
    'refuses localities that overlap',
    'host: a\ntrafficPolicy: { loadBalancer: { localityLbSetting: { distribute: [{ from: r1, to: { "r1/z1": 50, "r1/*": 50 } }] } }, outlierDetection: {} }',
    'spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to: "r1/*" overlaps with a locality before it',
  ],
  [
    'refuses sources that overlap',
    'host: a\ntrafficPolicy: { loadBalancer: { localityLbSetting: { distribute: [{ from: r1, to: { r1: 100 } }, { from: "r1/z1", to: { r1: 100 } }] } }, outlierDetection: {} }',
    'spec.trafficPolicy.loadBalancer.localityLbSetting.distribute: "r1/z1" overlaps with a locality before it',
  ],
  [
    'refuses a wildcard inside a locality',
    'host: a\ntrafficPolicy: { loadBalancer: { localityLbSetting: { distribute: [{ from: "r1/*/s", to: { r1: 100 } }] } }, outlierDetection: {} }',
    'spec.trafficPolicy.loadBalancer.localityLbSetting.distribute: "r1/*/s": a wildcard may only be the last part',
  ],
  [
    'refuses an empty part of a locality',
    'host: a\ntrafficPolicy: { loadBalancer: { localityLbSetting: { distribute: [{ from: "r1//s", to: { r1: 100 } }] } }, outlierDetection: {} }',
    'spec.trafficPolicy.loadBalancer.localityLbSetting.distribute: "r1//s" has an empty part; a locality is region/zone/subzone',
  ],
  [
    'takes a failover',
    'host: a\ntrafficPolicy: { loadBalancer: { localityLbSetting: { failover: [{ from: r1, to: r2 }], failoverPriority: [version] } }, outlierDetection: {} }',
  ],
  [
    'warns of a failover without outlier detection',
    'host: a\ntrafficPolicy: { loadBalancer: { localityLbSetting: { failover: [{ from: r1, to: r2 }] } } }',
    'warning: spec.trafficPolicy.loadBalancer.localityLbSetting: without outlierDetection no endpoint is ever unhealthy, and so nothing fails over',
  ],
  [
    'refuses a failover to itself',
    'host: a\ntrafficPolicy: { loadBalancer: { localityLbSetting: { failover: [{ from: r1, to: r1 }] } }, outlierDetection: {} }',
    'spec.trafficPolicy.loadBalancer.localityLbSetting.failover[0]: failover must lead to another region',
  ],
  [
    'refuses a failover of zones',
    'host: a\ntrafficPolicy: { loadBalancer: { localityLbSetting: { failover: [{ from: r1/z1, to: r2 }] } }, outlierDetection: {} }',
    'spec.trafficPolicy.loadBalancer.localityLbSetting.failover[0]: failover takes regions alone, without zone',
  ],
  [
    'refuses a failover with a wildcard',
    'host: a\ntrafficPolicy: { loadBalancer: { localityLbSetting: { failover: [{ from: "*", to: r2 }] } }, outlierDetection: {} }',
    'spec.trafficPolicy.loadBalancer.localityLbSetting.failover[0]: failover takes no wildcard',
  ],
  [
    'refuses failover beside distribute',
    'host: a\ntrafficPolicy: { loadBalancer: { localityLbSetting: { failover: [{ from: r1, to: r2 }], distribute: [{ from: r1, to: { r1: 100 } }] } }, outlierDetection: {} }',
    'spec.trafficPolicy.loadBalancer.localityLbSetting.failover: only one of distribute and failover may be given',
  ],
  [
    'takes priorities of labels',
    'host: a\ntrafficPolicy: { loadBalancer: { localityLbSetting: { failoverPriority: ["topology.kubernetes.io/region", "version=v1"] } }, outlierDetection: {} }',
  ],
  [
    'refuses topology labels beside failover',
    'host: a\ntrafficPolicy: { loadBalancer: { localityLbSetting: { failover: [{ from: r1, to: r2 }], failoverPriority: [topology.kubernetes.io/region] } }, outlierDetection: {} }',
    'spec.trafficPolicy.loadBalancer.localityLbSetting.failoverPriority[0]: topology.kubernetes.io/region cannot stand beside failover, which is about regions already',
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
