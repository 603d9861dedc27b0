/** Why an endpoint is not used, in a sentence: for `/clusters` and `/explain`. */

import type { Cluster, Endpoint } from '@weft/data-runtime';

/** @returns nothing: it is used as it is listed. */
export function reasonOf({ health }: Cluster, endpoint: Endpoint): string | undefined {
  const reason = health?.reasonOf(endpoint);
  if (reason !== undefined) return reason;
  if (endpoint.healthFlags.includes('/failed_eds_health')) return 'the control plane says that it is not healthy';
  return endpoint.healthy && !endpoint.ejected ? undefined : 'its health is not known yet';
}
