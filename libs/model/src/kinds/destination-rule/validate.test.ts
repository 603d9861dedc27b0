import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const policy = (fields: string): string => `host: a\ntrafficPolicy: { ${fields} }`;

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
    'spec.subsets[0].name: "v.1" is not a name: letters, digits and "-", at most 63',
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
  ...['UNSPECIFIED', 'LEAST_REQUEST', 'ROUND_ROBIN', 'RANDOM', 'PASSTHROUGH'].map(
    (simple): Case => [`takes ${simple}`, policy(`loadBalancer: { simple: ${simple} }`)],
  ),
  [
    'refuses a balancer nobody knows',
    policy('loadBalancer: { simple: FAST }'),
    'spec.trafficPolicy.loadBalancer.simple: "FAST" is not one of UNSPECIFIED, LEAST_CONN, LEAST_REQUEST, ROUND_ROBIN, RANDOM, PASSTHROUGH',
  ],
  ['refuses a list as its spec', '- host: a', 'spec: expected a map, got a list'],
];

describeFull('DestinationRule', import.meta.dirname);
describeVerdicts('DestinationRule', cases);
