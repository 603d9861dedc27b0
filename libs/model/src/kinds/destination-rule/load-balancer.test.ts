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
];

describeVerdicts('DestinationRule', cases);
