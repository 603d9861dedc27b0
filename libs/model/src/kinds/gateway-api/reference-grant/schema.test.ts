import { type Case, describeFull, describeVerdicts } from '../../../testing/verdict.ts';

const cases: Case[] = [
  ['needs both lists', '{}', 'spec.from: "from" is required', 'spec.to: "to" is required'],
  [
    'needs the namespace it trusts',
    'from: [{ group: "", kind: Service }]\nto: [{ group: "", kind: Secret }]',
    'spec.from[0].namespace: "namespace" is required',
  ],
  [
    'trusts somebody',
    'from: []\nto: [{ group: "", kind: Secret }]',
    'spec.from: at least one entry of from is required',
  ],
  [
    'refuses a group that is none',
    'from: [{ group: "a b", kind: Service, namespace: a }]\nto: [{ group: "", kind: Secret }]',
    'spec.from[0].group: "a b" is not an API group',
  ],
];

describeFull('ReferenceGrant', import.meta.dirname);
describeVerdicts('ReferenceGrant', cases);
