import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const ports = (list: string): string => `selector: { app: a }\nports: [${list}]`;
const targetPort =
  'spec.ports[0].targetPort: targetPort must be a port (1 to 65535) or the name of a port (at most 15 lower-case letters, digits and "-")';

const cases: Case[] = [
  ['needs no selector: endpoints may come from EndpointSlices', 'ports: [{ port: 80 }]'],
  [
    'does not take a selector without a value for one that selects all',
    'selector: { app: }\nports: [{ port: 80 }]',
    'spec.selector.app: expected a string, got nothing',
  ],
  ['needs ports', 'selector: { app: a }', 'spec.ports: at least one port is required'],
  ['takes a lone port without a name', ports('{ port: 80 }')],
  [
    'needs names for several ports',
    ports('{ port: 80 }, { name: b, port: 81 }'),
    'spec.ports[0]: a name is required where there are several ports',
  ],
  [
    'refuses the same name twice',
    ports('{ name: a, port: 80 }, { name: a, port: 81 }'),
    'spec.ports[1].name: duplicate port name "a"',
  ],
  [
    'refuses the same port twice',
    ports('{ name: a, port: 80 }, { name: b, port: 80 }'),
    'spec.ports[1].port: duplicate port 80',
  ],
  [
    'refuses a port out of range',
    ports('{ port: 70000 }'),
    'spec.ports[0].port: port 70000 is not in the range 1 to 65535',
  ],
  ['refuses targetPort 0', ports('{ port: 80, targetPort: 0 }'), targetPort],
  ['refuses a long name as targetPort', ports('{ port: 80, targetPort: a-name-that-is-long }'), targetPort],
  ['takes the same number once a protocol', ports('{ name: a, port: 53 }, { name: b, port: 53, protocol: UDP }')],
  [
    'refuses a protocol that is none',
    ports('{ port: 53, protocol: QUIC }'),
    'spec.ports[0].protocol: "QUIC" is not one of TCP, UDP, SCTP',
  ],
  ['takes mongo', ports('{ port: 80, appProtocol: mongo }')],
  [
    'warns of an appProtocol that it does not know',
    ports('{ port: 80, appProtocol: example.com/own }'),
    'warning: spec.ports[0].appProtocol: the mesh does not know this protocol; the port is taken as if appProtocol were absent',
  ],
  ['needs no ports where it is headless', 'selector: { app: a }\nclusterIP: None'],
  ['may be an ExternalName without ports', 'type: ExternalName\nexternalName: api.example.com'],
  [
    'needs a name as ExternalName',
    'type: ExternalName',
    'spec.externalName: an ExternalName service needs externalName',
  ],
  [
    'refuses an address as ExternalName',
    'type: ExternalName\nexternalName: 10.0.0.1',
    'spec.externalName: externalName must be a DNS name, not an address',
  ],
  [
    'refuses a clusterIP as ExternalName',
    'type: ExternalName\nexternalName: a.example\nclusterIP: None',
    'spec.clusterIP: an ExternalName service has no clusterIP',
  ],
  [
    'refuses externalName without its type',
    `${ports('{ port: 80 }')}\nexternalName: a.example`,
    'spec.externalName: externalName is for type ExternalName',
  ],
  ['takes ClientIP', `${ports('{ port: 80 }')}\nsessionAffinity: ClientIP`],
  [
    'refuses the configuration of an affinity that is not on',
    `${ports('{ port: 80 }')}\nsessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } }`,
    'spec.sessionAffinityConfig: sessionAffinityConfig needs sessionAffinity: ClientIP',
  ],
  [
    'refuses a clusterIP that is none',
    `${ports('{ port: 80 }')}\nclusterIP: none`,
    'spec.clusterIP: "none" is not an IP address, and not "None"',
  ],
  [
    'refuses an affinity of over a day',
    `${ports('{ port: 80 }')}\nsessionAffinity: ClientIP\nsessionAffinityConfig: { clientIP: { timeoutSeconds: 86401 } }`,
    'spec.sessionAffinityConfig.clientIP.timeoutSeconds: timeoutSeconds 86401 is not in the range 1 to 86400',
  ],
  [
    'helps with a mistyped field',
    `${ports('{ port: 80 }')}\nselectr: {}`,
    'spec.selectr: unknown field "selectr"; did you mean "selector"?',
  ],
];

describeFull('Service', import.meta.dirname);
describeVerdicts(
  'Service',
  cases.map(([name, fields, ...told]) => [name, `spec:\n${fields.replaceAll(/^/gm, '  ')}`, ...told]),
);
