/** What becomes of a request for a host that no virtual host has: it goes where it was going, or is answered 502. */

import type { VirtualHost } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import type { Context } from '../context.ts';
import { passthroughCluster } from '../names.ts';
import { builtIn, notice, provenanceOf } from '../provenance.ts';
import type { ProxyScope } from '../scope/proxy-scope.ts';
import type { World } from '../world.ts';
import type { Findings } from './scope.ts';
import { answerRoute, passthroughRoute } from './service-routes.ts';
import { callersVirtualHost } from './virtual-host.ts';

/** `allow_any` to the Sidecar's egress proxy, else to PassthroughCluster, or `block_all`. */
export function unknownHost(
  world: World,
  { outbound, egressCluster }: Pick<ProxyScope, 'outbound' | 'egressCluster'>,
): VirtualHost {
  const reason = 'no service of the mesh has this name';
  const [name, route] =
    outbound === 'ALLOW_ANY'
      ? (['allow_any', passthroughRoute('allow_any', egressCluster ?? passthroughCluster)] as const)
      : (['block_all', answerRoute('block_all', 502, reason)] as const);
  return callersVirtualHost(world, name, ['*'], [route], builtIn(reason));
}

/** An egress proxy that the client does not see keeps its name: requests are answered 503 NC, and a notice tells why. */
export function noteEgressProxy({ scope }: Pick<Context, 'scope'>, findings: Findings): void {
  const { sidecar, egressCluster } = scope;
  const written = sidecar?.spec.outboundTrafficPolicy?.egressProxy;
  if (egressCluster === undefined || sidecar === undefined || written === undefined) return;
  findings.missingClusters.add(egressCluster);
  const service = scope.view.byHost.get(written.host.toLowerCase());
  if (service?.ports.some(({ number }) => number === written.port?.number) === true) return;
  const what = service === undefined ? `host ${written.host}` : `port ${written.port?.number} of ${written.host}`;
  findings.notices.add(
    notice(
      provenanceOf(sidecar, 'outboundTrafficPolicy.egressProxy'),
      `the egress proxy's ${what} is not visible here; what no service has is answered 503 NC`,
    ),
  );
}
