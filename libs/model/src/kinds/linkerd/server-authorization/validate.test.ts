import { type Case, describeFull, describeVerdicts } from '../../../testing/verdict.ts';

const client = (fields: string): string => `server: { name: a }\nclient: { ${fields} }`;

const cases: Case[] = [
  [
    'needs a Server',
    'server: {}\nclient: { unauthenticated: true }',
    'spec.server: one of name and selector is required, and not both',
  ],
  ['needs clients', client(''), 'spec.client: unauthenticated: true or meshTLS is required'],
  [
    'refuses everyone beside someone',
    client('unauthenticated: true, meshTLS: { unauthenticatedTLS: true }'),
    'spec.client: unauthenticated and meshTLS exclude one another',
  ],
  [
    'needs identities',
    client('meshTLS: {}'),
    'spec.client.meshTLS: identities, serviceAccounts or unauthenticatedTLS: true is required',
  ],
  [
    'refuses any TLS beside identities',
    client('meshTLS: { unauthenticatedTLS: true, identities: ["*"] }'),
    'spec.client.meshTLS: unauthenticatedTLS excludes identities and serviceAccounts',
  ],
  [
    'refuses an exception outside',
    client('unauthenticated: true, networks: [{ cidr: 10.0.0.0/8, except: [11.0.0.1] }]'),
    'spec.client.networks[0].except[0]: 11.0.0.1 does not lie within 10.0.0.0/8',
  ],
];

describeFull('ServerAuthorization', import.meta.dirname);
describeVerdicts('ServerAuthorization', cases);
