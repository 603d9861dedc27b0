import { type Case, describeFull, describeVerdicts } from '../../../testing/verdict.ts';

const kind = 'HTTPLocalRateLimitPolicy';
const target = 'targetRef: { group: policy.linkerd.io, kind: Server, name: a }';

const cases: Case[] = [
  ['needs a limit', target, 'spec: one of total, identity and overrides is required'],
  [
    'refuses another target',
    'targetRef: { kind: Service, name: a }\ntotal: { requestsPerSecond: 1 }',
    'spec.targetRef: a target is a Server of the group policy.linkerd.io',
  ],
  [
    'refuses a limit of 0',
    `${target}\ntotal: { requestsPerSecond: 0 }`,
    'spec.total.requestsPerSecond: requestsPerSecond 0 is not in the range 1 to 4294967295',
  ],
  [
    'refuses one over all',
    `${target}\ntotal: { requestsPerSecond: 1 }\nidentity: { requestsPerSecond: 2 }`,
    'spec.identity.requestsPerSecond: one identity may have more than all together',
  ],
  [
    'refuses an override over all',
    `${target}\ntotal: { requestsPerSecond: 1 }\noverrides: [{ requestsPerSecond: 2, clientRefs: [{ kind: ServiceAccount, name: a }] }]`,
    'spec.overrides[0].requestsPerSecond: one identity may have more than all together',
  ],
  [
    'refuses other clients',
    `${target}\noverrides: [{ requestsPerSecond: 2, clientRefs: [{ kind: Pod, name: a }] }]`,
    'spec.overrides[0].clientRefs[0].kind: a client is a ServiceAccount',
  ],
  [
    'needs clients',
    `${target}\noverrides: [{ requestsPerSecond: 2, clientRefs: [] }]`,
    'spec.overrides[0].clientRefs: at least one client is required',
  ],
];

describeFull(kind, import.meta.dirname);
describeVerdicts(kind, cases);
