import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const cases: Case[] = [
  ['needs an address', 'labels: { a: b }', 'spec.address: "address" is required'],
  ['takes a DNS name', 'address: vm.example.com'],
  ['takes an IPv6 address', 'address: "::1"'],
  ['refuses an empty address', 'address: ""', 'spec.address: an address is required'],
  ['refuses a wildcard', 'address: "*.example.com"', 'spec.address: "*.example.com" is not a host name'],
  [
    'refuses a Unix socket by name',
    'address: unix:///run/x',
    'spec.address: WorkloadEntry.address of a Unix socket is not done yet in this version; remove it',
  ],
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
  [
    'refuses a bad locality',
    'address: 10.0.0.1\nlocality: a/b/c/d',
    'spec.locality: "a/b/c/d" is not region/zone/subzone',
  ],
];

describeFull('WorkloadEntry', import.meta.dirname);
describeVerdicts('WorkloadEntry', cases);
