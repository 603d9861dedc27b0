import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const cases: Case[] = [
  ['needs an address', 'labels: { a: b }', 'spec: an address is required, or a network that has a gateway'],
  ['takes a DNS name', 'address: vm.example.com'],
  ['takes an IPv6 address', 'address: "::1"'],
  ['refuses an empty address', 'address: ""', 'spec: an address is required, or a network that has a gateway'],
  ['refuses a wildcard', 'address: "*.example.com"', 'spec.address: "*.example.com" is not a host name'],
  ['takes a Unix socket', 'address: unix:///run/x'],
  [
    'refuses a Unix socket with ports',
    'address: unix:///run/x\nports: { http: 1 }',
    'spec.ports: a Unix socket has no ports',
  ],
  [
    'warns of a network without an address',
    'network: n1',
    'warning: spec: without an address it is reached through the gateway of network "n1"',
  ],
  ['takes an empty locality', 'address: 10.0.0.1\nlocality: ""'],
  [
    'refuses a bad port',
    'address: 10.0.0.1\nports: { http: 0 }',
    'spec.ports.http: port 0 is not in the range 1 to 65535',
  ],
  [
    'refuses a negative weight',
    'address: 10.0.0.1\nweight: -1',
    'spec.weight: weight -1 is not in the range 0 to 4294967295',
  ],
  ['takes any locality', 'address: 10.0.0.1\nlocality: a/b/c/d'],
  ['takes any service account', 'address: 10.0.0.1\nserviceAccount: a b'],
  ['takes a socket without a file', 'address: "unix://@"'],
];

describeFull('WorkloadEntry', import.meta.dirname);
describeVerdicts('WorkloadEntry', cases);
