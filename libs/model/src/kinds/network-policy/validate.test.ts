import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const cases: Case[] = [
  ['may deny everything', 'podSelector: {}\npolicyTypes: [Ingress]'],
  [
    'refuses a peer that says nothing',
    'podSelector: {}\ningress: [{ from: [{}] }]',
    'spec.ingress[0].from[0]: one of podSelector, namespaceSelector and ipBlock is required',
  ],
  [
    'refuses addresses beside pods',
    'podSelector: {}\negress: [{ to: [{ podSelector: {}, ipBlock: { cidr: 10.0.0.0/8 } }] }]',
    'spec.egress[0].to[0]: ipBlock cannot stand beside podSelector or namespaceSelector',
  ],
  [
    'refuses a block that is none',
    'podSelector: {}\ningress: [{ from: [{ ipBlock: { cidr: 10.0.0.0 } }] }]',
    'spec.ingress[0].from[0].ipBlock.cidr: "10.0.0.0" is not a CIDR block, as in "10.0.0.0/8"',
  ],
  [
    'refuses an exception outside of its block',
    'podSelector: {}\ningress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8, except: [11.0.0.0/16] } }] }]',
    'spec.ingress[0].from[0].ipBlock.except[0]: 11.0.0.0/16 does not lie within 10.0.0.0/8',
  ],
  [
    'refuses a range without its start',
    'podSelector: {}\ningress: [{ ports: [{ endPort: 5 }] }]',
    'spec.ingress[0].ports[0].endPort: endPort needs a port that is a number',
  ],
  [
    'refuses a range that runs backwards',
    'podSelector: {}\ningress: [{ ports: [{ port: 9, endPort: 5 }] }]',
    'spec.ingress[0].ports[0].endPort: endPort 5 is before port 9',
  ],
  [
    'refuses In without values',
    'podSelector: { matchExpressions: [{ key: a, operator: In }] }',
    'spec.podSelector.matchExpressions[0].values: In needs at least one value',
  ],
  [
    'refuses Exists with values',
    'podSelector: { matchExpressions: [{ key: a, operator: Exists, values: [b] }] }',
    'spec.podSelector.matchExpressions[0].values: Exists takes no values',
  ],
  [
    'helps with a mistyped field',
    'podSelector: {}\ningres: []',
    'spec.ingres: unknown field "ingres"; did you mean "ingress"?',
  ],
];

describeFull('NetworkPolicy', import.meta.dirname);
describeVerdicts('NetworkPolicy', cases);
