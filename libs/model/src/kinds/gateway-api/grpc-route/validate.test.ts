import { type Case, describeFull, describeVerdicts } from '../../../testing/verdict.ts';

const rule = (fields: string): string => `parentRefs: [{ name: gw }]\nrules: [{ ${fields} }]`;
const backend = 'backendRefs: [{ name: a, port: 80 }]';
const match = (fields: string): string => rule(`matches: [{ method: { ${fields} } }], ${backend}`);

const cases: Case[] = [
  ['takes a service alone', match('service: shop.v1.Payments')],
  ['takes a method alone', match('method: Charge')],
  ['refuses neither', match(''), 'spec.rules[0].matches[0].method: service, method or both are required'],
  [
    'refuses a path for a service',
    match('service: /shop.Payments'),
    'spec.rules[0].matches[0].method.service: "/shop.Payments" is not a service of gRPC',
  ],
  [
    'refuses a dot in a method',
    match('method: a.b'),
    'spec.rules[0].matches[0].method.method: "a.b" is not a method of gRPC',
  ],
  ['takes a regex where it says so', match('type: RegularExpression, method: "Get.*"')],
  [
    'refuses PathPrefix',
    match('type: PathPrefix, method: a'),
    'spec.rules[0].matches[0].method.type: "PathPrefix" is not one of Exact, RegularExpression',
  ],
  [
    'refuses redirects by name',
    rule(`filters: [{ type: RequestRedirect, requestRedirect: {} }], ${backend}`),
    'spec.rules[0].filters[0].type: GRPCRoute.rules.filters.type RequestRedirect is not done yet in this version; remove it',
  ],
  [
    'warns of a rule without backends',
    rule('name: a'),
    'warning: spec.rules[0]: without backendRefs, calls are answered UNAVAILABLE',
  ],
  [
    'needs the port of a Service',
    rule('backendRefs: [{ name: a }]'),
    'spec.rules[0].backendRefs[0]: a reference to a Service needs a port',
  ],
  [
    'warns without parents',
    `rules: [{ ${backend} }]`,
    'warning: spec: without parentRefs the route is attached to nothing',
  ],
  [
    'helps with a mistyped field',
    rule(`macthes: [], ${backend}`),
    'spec.rules[0].macthes: unknown field "macthes"; did you mean "matches"?',
  ],
];

describeFull('GRPCRoute', import.meta.dirname);
describeVerdicts('GRPCRoute', cases);
