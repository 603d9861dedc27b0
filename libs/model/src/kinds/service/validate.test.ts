import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const ports = (list: string): string => `selector: { app: a }\nports: [${list}]`;
const notDone = (path: string, field: string): string =>
  `${path}: Service.${field} is not done yet in this version; remove it`;
const targetPort =
  'spec.ports[0].targetPort: targetPort must be a port (1 to 65535) or the name of a port (at most 15 lower-case letters, digits and "-")';

const cases: Case[] = [
  [
    'needs a selector',
    'ports: [{ port: 80 }]',
    'spec.selector: a selector is required: endpoints by hand are not done yet in this version',
  ],
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
  [
    'refuses UDP by name',
    ports('{ port: 53, protocol: UDP }'),
    notDone('spec.ports[0].protocol', 'ports.protocol UDP'),
  ],
  [
    'refuses mongo by name',
    ports('{ port: 80, appProtocol: mongo }'),
    notDone('spec.ports[0].appProtocol', 'ports.appProtocol mongo'),
  ],
  [
    'refuses ExternalName by name',
    `${ports('{ port: 80 }')}\ntype: ExternalName`,
    notDone('spec.type', 'type ExternalName'),
  ],
  [
    'refuses ClientIP by name',
    `${ports('{ port: 80 }')}\nsessionAffinity: ClientIP`,
    notDone('spec.sessionAffinity', 'sessionAffinity ClientIP'),
  ],
  [
    'refuses externalIPs by name',
    `${ports('{ port: 80 }')}\nexternalIPs: [10.0.0.1]`,
    notDone('spec.externalIPs', 'externalIPs'),
  ],
];

describeFull('Service', import.meta.dirname);
describeVerdicts('Service', cases);
