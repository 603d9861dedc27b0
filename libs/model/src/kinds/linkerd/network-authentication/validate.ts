/** Rules between the fields of a NetworkAuthentication. */

import { isWithinBlock } from '../../addresses.ts';
import type { Report, ValidationContext } from '../../definition.ts';
import type { Network, NetworkAuthenticationSpec } from './spec.ts';

export function validateNetworkAuthentication(spec: NetworkAuthenticationSpec, { report }: ValidationContext): void {
  validateNetworks(spec.networks, 'spec.networks', report);
}

export function validateNetworks(networks: readonly Network[], path: string, report: Report): void {
  networks.forEach(({ cidr, except = [] }, index) => {
    except.forEach((inner, at) => {
      const place = `${path}[${index}].except[${at}]`;
      if (inner === cidr) report(place, 'nothing of the network is left');
      else if (!isWithinBlock(inner, cidr)) report(place, `${inner} does not lie within ${cidr}`);
    });
  });
}
