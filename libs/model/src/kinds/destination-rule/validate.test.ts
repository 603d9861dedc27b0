import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const policy = (fields: string): string => `host: a\ntrafficPolicy: { ${fields} }`;
const notDone = (path: string, field: string): string =>
  `${path}: DestinationRule.${field} is not done yet in this version; remove it`;

const cases: Case[] = [
  ['needs a host', 'subsets: []', 'spec.host: "host" is required'],
  ['takes a wildcard host', 'host: "*.shop.svc.cluster.local"'],
  ['refuses a bad host', 'host: a_', 'spec.host: "a_" is not a host name'],
  [
    'refuses the same subset twice',
    'host: a\nsubsets: [{ name: v1 }, { name: v1 }]',
    'spec.subsets[1].name: duplicate subset "v1"',
  ],
  ['needs a name for a subset', 'host: a\nsubsets: [{}]', 'spec.subsets[0].name: "name" is required'],
  [
    'refuses a subset name that is no label',
    'host: a\nsubsets: [{ name: v.1 }]',
    'spec.subsets[0].name: "v.1" is not a DNS label (RFC 1123): lower-case letters, digits and "-", at most 63',
  ],
  [
    'refuses a bad label value',
    'host: a\nsubsets: [{ name: v1, labels: { version: "a b" } }]',
    'spec.subsets[0].labels.version: "a b" is not a label value: letters, digits, "-", "_" and ".", at most 63',
  ],
  [
    'refuses a bad label key',
    'host: a\nsubsets: [{ name: v1, labels: { "a b": x } }]',
    'spec.subsets[0].labels["a b"]: "a b" is not a label key: [prefix/]name, letters, digits, "-", "_" and ".", at most 63',
  ],
  ['refuses an empty policy', policy(''), 'spec.trafficPolicy: a traffic policy must have at least one field'],
  ...['UNSPECIFIED', 'LEAST_CONN', 'LEAST_REQUEST', 'ROUND_ROBIN', 'RANDOM'].map(
    (simple): Case => [`takes ${simple}`, policy(`loadBalancer: { simple: ${simple} }`)],
  ),
  [
    'refuses PASSTHROUGH by name',
    policy('loadBalancer: { simple: PASSTHROUGH }'),
    notDone('spec.trafficPolicy.loadBalancer.simple', 'trafficPolicy.loadBalancer.simple PASSTHROUGH'),
  ],
  [
    'refuses a balancer nobody knows',
    policy('loadBalancer: { simple: FAST }'),
    'spec.trafficPolicy.loadBalancer.simple: "FAST" is not one of UNSPECIFIED, LEAST_CONN, LEAST_REQUEST, ROUND_ROBIN, RANDOM',
  ],
  ...['consistentHash', 'localityLbSetting', 'warmup'].map(
    (field): Case => [
      `refuses loadBalancer.${field} by name`,
      policy(`loadBalancer: { ${field}: {} }`),
      notDone(`spec.trafficPolicy.loadBalancer.${field}`, `trafficPolicy.loadBalancer.${field}`),
    ],
  ),
  ...['connectionPool', 'outlierDetection', 'portLevelSettings', 'proxyProtocol', 'tls', 'tunnel'].map(
    (field): Case => [
      `refuses ${field} by name`,
      policy(`${field}: {}`),
      notDone(`spec.trafficPolicy.${field}`, `trafficPolicy.${field}`),
    ],
  ),
  ['refuses exportTo by name', 'host: a\nexportTo: ["*"]', notDone('spec.exportTo', 'exportTo')],
  ['refuses a list as its spec', '- host: a', 'spec: expected a map, got a list'],
];

describeFull('DestinationRule', import.meta.dirname);
describeVerdicts('DestinationRule', cases);
