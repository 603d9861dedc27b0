import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const probe = (fields: string): string => `template: {}\nprobe: { ${fields} }`;

const cases: Case[] = [
  ['needs a template', 'probe: { tcpSocket: { port: 1 } }', 'spec.template: "template" is required'],
  [
    'needs a way to probe',
    probe('periodSeconds: 1'),
    'spec.probe: one of httpGet, tcpSocket, exec and grpc is required',
  ],
  [
    'refuses two ways to probe',
    probe('httpGet: { port: 1 }, tcpSocket: { port: 1 }'),
    'spec.probe: only one of httpGet and tcpSocket may be given',
  ],
  ['takes a probe without path', probe('httpGet: { port: 1 }')],
  ['needs a port', probe('httpGet: { path: / }'), 'spec.probe.httpGet.port: "port" is required'],
  ['takes a path without slash', probe('httpGet: { path: x, port: 1 }')],
  ['takes any labels in the template', 'template: { labels: { a b: c d } }'],
  [
    'refuses a line break in a path',
    probe('httpGet: { path: "/a\\r\\nb", port: 1 }'),
    'spec.probe.httpGet.path: must not contain control characters',
  ],
  [
    'refuses a negative period',
    probe('periodSeconds: -1, tcpSocket: { port: 1 }'),
    'spec.probe.periodSeconds: the value -1 is not in the range 0 to 2147483647',
  ],
  [
    'warns of HTTPS, for which the port is tried',
    probe('httpGet: { port: 1, scheme: HTTPS }'),
    'warning: spec.probe.httpGet.scheme: HTTPS is not done yet in this version; it is seen whether the port takes connections',
  ],
  ['takes headers of a probe', probe('httpGet: { port: 1, httpHeaders: [{ name: x-a, value: b }] }')],
  [
    'refuses a header name with a space',
    probe('httpGet: { port: 1, httpHeaders: [{ name: "x a" }] }'),
    'spec.probe.httpGet.httpHeaders[0].name: "x a" is not a header name of a probe',
  ],
  [
    'warns of a command, which is not run',
    probe('exec: { command: ["true"] }'),
    'warning: spec.probe.exec: exec is not done yet in this version; the workload counts as healthy',
  ],
  ['refuses an empty command', probe('exec: {}'), 'spec.probe.exec: a command is required'],
  [
    'takes a probe by gRPC, and says when it is one',
    probe('grpc: { port: 1, service: a.B }'),
    'warning: spec.probe.grpc: asked by gRPC only at a port of gRPC or HTTP/2; else it is seen whether the port takes connections',
  ],
  [
    'warns of an address in the template',
    'template: { address: 10.0.0.1 }',
    'warning: spec.template.address: an address in the template has no effect: each workload has its own',
  ],
];

describeFull('WorkloadGroup', import.meta.dirname);
describeVerdicts('WorkloadGroup', cases);
