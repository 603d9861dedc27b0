/** The YAML form of a ServerAuthorization. */

import { z } from 'zod';
import { resourceName } from '../../../schema/fields.ts';
import { apiObject } from '../../../schema/object.ts';
import { namespaceName } from '../../gateway-api/fields.ts';
import { labelSelector } from '../../label-selector-schema.ts';
import { identity } from '../fields.ts';
import { network } from '../network-authentication/schema.ts';
import type { ServerAuthorizationSpec } from './spec.ts';

const serviceAccount = apiObject('ServerAuthorization.client.meshTLS.serviceAccounts', {
  name: resourceName,
  namespace: namespaceName.exactOptional(),
});

const meshTLS = apiObject('ServerAuthorization.client.meshTLS', {
  unauthenticatedTLS: z.boolean().exactOptional(),
  identities: z.array(identity).exactOptional(),
  serviceAccounts: z.array(serviceAccount).exactOptional(),
});

export const serverAuthorizationSchema: z.ZodType<ServerAuthorizationSpec> = apiObject('ServerAuthorization', {
  server: apiObject('ServerAuthorization.server', {
    name: resourceName.exactOptional(),
    selector: labelSelector('ServerAuthorization.server.selector').exactOptional(),
  }),
  client: apiObject('ServerAuthorization.client', {
    networks: z.array(network('ServerAuthorization.client.networks')).exactOptional(),
    unauthenticated: z.boolean().exactOptional(),
    meshTLS: meshTLS.exactOptional(),
  }),
});
