import { join } from 'node:path';
import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const target = (fields: string): string =>
  `destination: { kind: ServiceAccount, name: a }\nsources: [{ kind: ServiceAccount, name: b }]\n${fields}`;

const targets: Case[] = [
  ['takes every request without rules', target('')],
  [
    'takes its own namespace as that of the destination',
    'destination: { kind: ServiceAccount, name: a, namespace: shop }\nsources: [{ kind: ServiceAccount, name: b }]',
  ],
  [
    'warns of a destination of another namespace',
    'destination: { kind: ServiceAccount, name: a, namespace: web }\nsources: [{ kind: ServiceAccount, name: b }]',
    'warning: spec.destination.namespace: a TrafficTarget is about workloads of its own namespace alone; this one is not used',
  ],
  [
    'needs sources',
    'destination: { kind: ServiceAccount, name: a }\nsources: []',
    'spec.sources: at least one source is required',
  ],
  [
    'refuses other kinds',
    'destination: { kind: Pod, name: a }\nsources: [{ kind: ServiceAccount, name: b }]',
    'spec.destination.kind: "Pod" is not one of ServiceAccount',
  ],
  [
    'refuses UDP by name',
    target('rules: [{ kind: UDPRoute, name: a }]'),
    'spec.rules[0].kind: TrafficTarget.rules.kind UDPRoute is not done yet in this version; remove it',
  ],
];

const groups: Case[] = [
  ['needs matches', 'matches: []', 'spec.matches: at least one match is required'],
  ['refuses two of one name', 'matches: [{ name: a }, { name: a }]', 'spec.matches[1].name: duplicate match "a"'],
  [
    'refuses what is no RE2',
    'matches: [{ name: a, pathRegex: "[" }]',
    'spec.matches[0].pathRegex: not a regex of RE2 syntax: error parsing regexp: missing closing ]: `[`',
  ],
  [
    'refuses a header name that is none',
    'matches: [{ name: a, headers: { "a b": c } }]',
    'spec.matches[0].headers["a b"]: "a b" is not a header name (RFC 9110)',
  ],
];

const connections: Case[] = [
  ['takes every connection', '{}'],
  [
    'refuses a port that is none',
    'matches: { ports: [0] }',
    'spec.matches.ports[0]: port 0 is not in the range 1 to 65535',
  ],
];

describeFull('TCPRoute.specs.smi-spec.io', join(import.meta.dirname, 'smi-tcp-route'));
describeVerdicts('TCPRoute.specs.smi-spec.io', connections);
describeFull('TrafficTarget', join(import.meta.dirname, 'traffic-target'));
describeVerdicts('TrafficTarget', targets);
describeFull('HTTPRouteGroup', join(import.meta.dirname, 'http-route-group'));
describeVerdicts('HTTPRouteGroup', groups);
