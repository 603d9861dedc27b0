import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const selecting = (rest: string): string => `selector: { matchLabels: { app: a } }\n${rest}`;

const cases: Case[] = [
  ['may say nothing', '{}'],
  ['takes each mode', 'mtls: { mode: UNSET }'],
  ['takes a mode of the workload', selecting('mtls: { mode: PERMISSIVE }')],
  ['takes an empty mtls', 'mtls: {}'],
  ['takes a null for absence', 'mtls: null'],
  [
    'refuses a mode in lower case',
    'mtls: { mode: strict }',
    'spec.mtls.mode: "strict" is not one of UNSET, DISABLE, PERMISSIVE, STRICT',
  ],
  ['knows what was meant', 'mtl: { mode: STRICT }', 'spec.mtl: unknown field "mtl"; did you mean "mtls"?'],
  ['refuses a list of mtls', 'mtls: []', 'spec.mtls: expected a map, got a list'],
  [
    'warns of a selector without labels',
    'selector: {}',
    'warning: spec.selector: the selector has no labels: it counts as absent',
  ],
  [
    'refuses a wildcard in a selector',
    'selector: { matchLabels: { app: "a*" } }',
    'spec.selector.matchLabels.app: a selector takes no wildcard; name the labels in full',
  ],
  [
    'refuses a wildcard in the key of a selector',
    'selector: { matchLabels: { "a*": a } }',
    'spec.selector.matchLabels["a*"]: a selector takes no wildcard; name the labels in full',
  ],
  [
    'refuses an empty key in a selector',
    'selector: { matchLabels: { "": a } }',
    'spec.selector.matchLabels[""]: the key of a label must not be empty',
  ],
  ['takes an empty value in a selector', 'selector: { matchLabels: { app: "" } }'],
  [
    'refuses a long value in a selector',
    `selector: { matchLabels: { app: ${'a'.repeat(64)} } }`,
    'spec.selector.matchLabels.app: the value of a label has at most 63 characters',
  ],
  [
    'refuses a number as label',
    'selector: { matchLabels: { app: 1 } }',
    'spec.selector.matchLabels.app: expected a string, got the number 1; put it in quotes',
  ],
  ['has no targetRef', 'targetRef: { kind: Service, name: a }', 'spec.targetRef: unknown field "targetRef"'],
  ['takes ports of a workload', selecting('portLevelMtls: { 8080: { mode: DISABLE }, "1": {} }')],
  [
    'refuses ports without a selector',
    'portLevelMtls: { 8080: { mode: DISABLE } }',
    'spec.portLevelMtls: portLevelMtls needs a selector with labels: ports are those of a workload',
  ],
  [
    'refuses ports with a selector without labels',
    'selector: { matchLabels: {} }\nportLevelMtls: { 8080: { mode: DISABLE } }',
    'spec.portLevelMtls: portLevelMtls needs a selector with labels: ports are those of a workload',
    'warning: spec.selector: the selector has no labels: it counts as absent',
  ],
  ['refuses no ports', selecting('portLevelMtls: {}'), 'spec.portLevelMtls: portLevelMtls needs at least one port'],
  [
    'refuses port 0',
    selecting('portLevelMtls: { 0: {} }'),
    'spec.portLevelMtls.0: port "0" is not in the range 1 to 65535',
  ],
  [
    'refuses a port over 65535',
    selecting('portLevelMtls: { 65536: {} }'),
    'spec.portLevelMtls.65536: port "65536" is not in the range 1 to 65535',
  ],
  [
    'refuses the name of a port',
    selecting('portLevelMtls: { http: {} }'),
    'spec.portLevelMtls.http: port "http" is not in the range 1 to 65535',
  ],
  [
    'refuses another mode of a port',
    selecting('portLevelMtls: { 80: { mode: MUTUAL } }'),
    'spec.portLevelMtls.80.mode: "MUTUAL" is not one of UNSET, DISABLE, PERMISSIVE, STRICT',
  ],
];

describeVerdicts('PeerAuthentication', cases);
describeFull('PeerAuthentication', import.meta.dirname);
