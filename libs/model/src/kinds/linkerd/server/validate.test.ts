import { type Case, describeFull, describeVerdicts } from '../../../testing/verdict.ts';

const cases: Case[] = [
  ['takes a port by number', 'podSelector: {}\nport: 80'],
  ['needs a selector', 'port: 80', 'spec: one of podSelector and externalWorkloadSelector is required, and not both'],
  [
    'refuses both selectors',
    'podSelector: {}\nexternalWorkloadSelector: {}\nport: 80',
    'spec: one of podSelector and externalWorkloadSelector is required, and not both',
    'warning: spec.externalWorkloadSelector: it selects WorkloadEntries here: there are no ExternalWorkloads in this mesh',
  ],
  [
    'needs a port',
    'podSelector: {}',
    'spec.port: port must be a port (1 to 65535) or the name of a port (at most 15 lower-case letters, digits and "-")',
  ],
  [
    'refuses another protocol',
    'podSelector: {}\nport: 80\nproxyProtocol: HTTP/3',
    'spec.proxyProtocol: "HTTP/3" is not one of unknown, HTTP/1, HTTP/2, gRPC, opaque, TLS',
  ],
  [
    'refuses another policy',
    'podSelector: {}\nport: 80\naccessPolicy: allow',
    'spec.accessPolicy: "allow" is not one of all-unauthenticated, all-authenticated, cluster-unauthenticated, cluster-authenticated, deny, audit',
  ],
  [
    'helps with a mistyped field',
    'podSelector: {}\nport: 80\nproxyprotocol: gRPC',
    'spec.proxyprotocol: unknown field "proxyprotocol"; did you mean "proxyProtocol"?',
  ],
];

describeFull('Server', import.meta.dirname);
describeVerdicts('Server', cases);
