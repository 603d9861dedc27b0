import { type Case, describeFull, describeVerdicts } from '../../../testing/verdict.ts';

const oneList = 'spec: one of identities and identityRefs is required, and not both';

const cases: Case[] = [
  ['needs one list', '{}', oneList],
  ['refuses both', 'identities: ["*"]\nidentityRefs: [{ kind: Namespace, name: a }]', oneList],
  ['refuses an empty list', 'identities: []', 'spec.identities: at least one identity is required'],
  [
    'refuses an identity that is none',
    'identities: [Order_1]',
    'spec.identities[0]: "Order_1" is not an identity: a DNS name, "*." before one, "*" or a SPIFFE id',
  ],
  [
    'refuses a wildcard in a SPIFFE id',
    'identities: ["spiffe://cluster.local/ns/shop/*"]',
    'spec.identities[0]: "spiffe://cluster.local/ns/shop/*" is not a SPIFFE id; a wildcard is not possible in one',
  ],
  [
    'refuses another reference',
    'identityRefs: [{ kind: Pod, name: a }]',
    'spec.identityRefs[0].kind: an identity is that of a ServiceAccount or of a Namespace',
  ],
];

describeFull('MeshTLSAuthentication', import.meta.dirname);
describeVerdicts('MeshTLSAuthentication', cases);
