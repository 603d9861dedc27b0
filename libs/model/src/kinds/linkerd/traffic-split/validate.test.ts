import { type Case, describeFull, describeVerdicts } from '../../../testing/verdict.ts';

const cases: Case[] = [
  ['needs backends', 'service: a\nbackends: []', 'spec.backends: at least one backend is required'],
  [
    'refuses no weight at all',
    'service: a\nbackends: [{ service: b, weight: 0 }]',
    'spec.backends: total destination weight = 0',
  ],
  [
    'refuses one backend twice',
    'service: a\nbackends: [{ service: b, weight: 1 }, { service: b, weight: 1 }]',
    'spec.backends[1].service: duplicate backend "b"',
  ],
  [
    'refuses a weight below 0',
    'service: a\nbackends: [{ service: b, weight: -1 }]',
    'spec.backends[0].weight: a weight is a whole number, or thousandths as in "500m"',
  ],
  [
    'refuses matches by name',
    'service: a\nbackends: [{ service: b, weight: 1 }]\nmatches: []',
    'spec.matches: TrafficSplit.matches is not done yet in this version; remove it',
  ],
  ['takes a full name', 'service: a.shop.svc.cluster.local\nbackends: [{ service: b, weight: 1 }]'],
  [
    'warns of a service of another namespace',
    'service: a.web.svc.cluster.local\nbackends: [{ service: b, weight: 1 }]',
    'warning: spec.service: a TrafficSplit splits services of its own namespace alone; this one is not used',
  ],
];

describeFull('TrafficSplit', import.meta.dirname);
describeVerdicts('TrafficSplit', cases);
