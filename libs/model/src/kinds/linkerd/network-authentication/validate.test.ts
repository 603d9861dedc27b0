import { type Case, describeFull, describeVerdicts } from '../../../testing/verdict.ts';

const cases: Case[] = [
  ['needs a network', 'networks: []', 'spec.networks: at least one network is required'],
  [
    'refuses a network that is none',
    'networks: [{ cidr: pods }]',
    'spec.networks[0].cidr: "pods" is not a CIDR block, as in "10.0.0.0/8"',
  ],
  [
    'refuses an exception of everything',
    'networks: [{ cidr: 10.0.0.0/8, except: [10.0.0.0/8] }]',
    'spec.networks[0].except[0]: nothing of the network is left',
  ],
  [
    'refuses an exception of the other family',
    'networks: [{ cidr: 10.0.0.0/8, except: ["::1"] }]',
    'spec.networks[0].except[0]: ::1 does not lie within 10.0.0.0/8',
  ],
];

describeFull('NetworkAuthentication', import.meta.dirname);
describeVerdicts('NetworkAuthentication', cases);
