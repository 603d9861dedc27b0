/** What becomes of a request for a host that no virtual host has: it goes where it was going, or is answered 502. */

import type { VirtualHost } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { passthroughCluster } from '../names.ts';
import { builtIn } from '../provenance.ts';
import type { World } from '../world.ts';
import { answerRoute, passthroughRoute } from './service-routes.ts';
import { callersVirtualHost } from './virtual-host.ts';

/** `allow_any` to PassthroughCluster, or `block_all`. */
export function unknownHost(world: World, outbound: 'ALLOW_ANY' | 'REGISTRY_ONLY'): VirtualHost {
  const reason = 'no service of the mesh has this name';
  const [name, route] =
    outbound === 'ALLOW_ANY'
      ? (['allow_any', passthroughRoute('allow_any', passthroughCluster)] as const)
      : (['block_all', answerRoute('block_all', 502, reason)] as const);
  return callersVirtualHost(world, name, ['*'], [route], builtIn(reason));
}
