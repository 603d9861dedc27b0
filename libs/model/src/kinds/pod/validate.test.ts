import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const cases: Case[] = [
  [
    'may have whatever a Pod has',
    'spec: { containers: [{ name: a, resources: {}, tty: true }], tolerations: [], dnsPolicy: Default }',
  ],
  ['needs containers', 'spec: { containers: [] }', 'spec.containers: at least one container is required'],
  ['needs a spec', 'status: {}', 'spec: "spec" is required'],
  [
    'refuses a port out of range',
    'spec: { containers: [{ name: a, ports: [{ containerPort: 0 }] }] }',
    'spec.containers[0].ports[0].containerPort: port 0 is not in the range 1 to 65535',
  ],
  [
    'refuses an address that is none',
    'spec: { containers: [{ name: a }] }\nstatus: { podIP: here }',
    'status.podIP: "here" is not an IP address',
  ],
  [
    'refuses a phase that is none',
    'spec: { containers: [{ name: a }] }\nstatus: { phase: Idle }',
    'status.phase: "Idle" is not one of Pending, Running, Succeeded, Failed, Unknown',
  ],
  [
    'warns of two ports of one name',
    'spec: { containers: [{ name: a, ports: [{ name: http, containerPort: 1 }] }, { name: b, ports: [{ name: http, containerPort: 2 }] }] }',
    'warning: spec.containers[1].ports[0].name: the port name "http" is that of a port of a, which counts',
  ],
];

describeFull('Pod', import.meta.dirname);
describeVerdicts('Pod', cases);
