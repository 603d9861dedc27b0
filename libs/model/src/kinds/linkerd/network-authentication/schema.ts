/** The YAML form of a NetworkAuthentication. */

import { z } from 'zod';
import { apiObject } from '../../../schema/object.ts';
import { cidrOrAddress } from '../../addresses.ts';
import type { Network, NetworkAuthenticationSpec } from './spec.ts';

export function network(api: string): z.ZodType<Network> {
  return apiObject(api, { cidr: cidrOrAddress, except: z.array(cidrOrAddress).exactOptional() });
}

export const networkAuthenticationSchema: z.ZodType<NetworkAuthenticationSpec> = apiObject('NetworkAuthentication', {
  networks: z.array(network('NetworkAuthentication.networks')).min(1, 'at least one network is required'),
});
