/** Rules between the fields of a ServerAuthorization. */

import type { ValidationContext } from '../../definition.ts';
import { validateNetworks } from '../network-authentication/validate.ts';
import type { ServerAuthorizationSpec } from './spec.ts';

export function validateServerAuthorization(spec: ServerAuthorizationSpec, { report }: ValidationContext): void {
  const { server, client } = spec;
  if ((server.name === undefined) === (server.selector === undefined)) {
    report('spec.server', 'one of name and selector is required, and not both');
  }
  validateNetworks(client.networks ?? [], 'spec.client.networks', report);
  const { unauthenticated = false, meshTLS } = client;
  if (unauthenticated && meshTLS !== undefined) {
    report('spec.client', 'unauthenticated and meshTLS exclude one another');
  }
  if (!unauthenticated && meshTLS === undefined) {
    report('spec.client', 'unauthenticated: true or meshTLS is required');
  }
  if (meshTLS === undefined) return;
  const { unauthenticatedTLS = false, identities = [], serviceAccounts = [] } = meshTLS;
  const named = identities.length > 0 || serviceAccounts.length > 0;
  if (unauthenticatedTLS && named) {
    report('spec.client.meshTLS', 'unauthenticatedTLS excludes identities and serviceAccounts', 'key');
  }
  if (!unauthenticatedTLS && !named) {
    report('spec.client.meshTLS', 'identities, serviceAccounts or unauthenticatedTLS: true is required', 'key');
  }
}
