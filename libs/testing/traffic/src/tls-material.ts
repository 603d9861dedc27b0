/** Certificates of the table: made once a run, in the cases as inline data, in the TLS endpoints and in the client. */

import { createFakeCa, type FakeMaterial } from '@weft/identity/testing';
import { systemClock } from '@weft/kernel';

const ca = await createFakeCa(systemClock);
const other = await createFakeCa(systemClock);

export const identities = {
  client: 'spiffe://cluster.local/ns/default/sa/client',
  server: 'spiffe://cluster.local/ns/default/sa/server',
} as const;

/** `stranger` has the client's name from a CA that nobody trusts; `site` is known by "site.example". */
export const tlsMaterial: Readonly<Record<'client' | 'server' | 'stranger' | 'site', FakeMaterial>> = {
  client: await ca.issue(identities.client),
  server: await ca.issue(identities.server),
  stranger: await other.issue(identities.client),
  site: await ca.issueServer('site.example'),
};

export const trustedRootsPem = ca.rootPem;
