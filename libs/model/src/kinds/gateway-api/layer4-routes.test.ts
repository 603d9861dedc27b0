import { join } from 'node:path';
import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const backend = 'backendRefs: [{ name: a, port: 80 }]';

const cases: Case[] = [
  ['takes one rule', `parentRefs: [{ name: gw }]\nrules: [{ ${backend} }]`],
  [
    'refuses two rules',
    `parentRefs: [{ name: gw }]\nrules: [{ ${backend} }, { ${backend} }]`,
    'spec.rules: at most 1 rules are allowed',
  ],
  ['needs rules', 'parentRefs: [{ name: gw }]', 'spec.rules: "rules" is required'],
  [
    'needs backends',
    'parentRefs: [{ name: gw }]\nrules: [{ backendRefs: [] }]',
    'spec.rules[0].backendRefs: at least one backend is required',
  ],
  [
    'needs the port of a Service',
    'parentRefs: [{ name: gw }]\nrules: [{ backendRefs: [{ name: a }] }]',
    'spec.rules[0].backendRefs[0]: a reference to a Service needs a port',
  ],
  [
    'warns without parents',
    `rules: [{ ${backend} }]`,
    'warning: spec: without parentRefs the route is attached to nothing',
  ],
];

describeFull('TLSRoute', join(import.meta.dirname, 'tls-route'));
describeVerdicts('TLSRoute', cases);
describeFull('TCPRoute', join(import.meta.dirname, 'tcp-route'));
describeVerdicts('TCPRoute', [
  ...cases,
  [
    'knows no host names',
    `parentRefs: [{ name: gw }]\nhostnames: [a.b]\nrules: [{ ${backend} }]`,
    'spec.hostnames: unknown field "hostnames"',
  ],
]);
