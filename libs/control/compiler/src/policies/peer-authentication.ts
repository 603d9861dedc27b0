/** Which TLS a workload takes on a port, and which a service may be offered. */

import type { Context } from '../context.ts';
import { parseHostPort } from '../messages/core.ts';
import type { World } from '../world.ts';
import { policiesOf } from './applied.ts';

export type MutualTlsMode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';

/**
 * Istio's default is PERMISSIVE. Ports that a sidecar declares by itself stay STRICT until a PeerAuthentication says otherwise: nobody but
 * peers of the mesh was ever let in there (docs/decisions/0016-inbound-modes.md).
 *
 * @param workloadPort as PeerAuthentication.portLevelMtls counts: the port of the application or of the Sidecar's ingress, not the Service's.
 */
export function inboundMode(context: Context, workloadPort: number): MutualTlsMode {
  return declaredMode(context, workloadPort) ?? (isOwnIngress(context, workloadPort) ? 'STRICT' : 'PERMISSIVE');
}

/** What the policies of the mesh and of a namespace say together, as a client must take it for a service there. */
export function namespaceMode(world: World, namespace: string): MutualTlsMode {
  return world.policies.ofNamespace(namespace).mutualTls.mode;
}

/** Nothing where no PeerAuthentication says anything. */
function declaredMode(context: Context, workloadPort: number): MutualTlsMode | undefined {
  const { mutualTls } = policiesOf(context);
  const { mode, policy } = mutualTls.ports.get(workloadPort) ?? mutualTls;
  return policy === undefined ? undefined : mode;
}

function isOwnIngress({ proxy, scope }: Context, workloadPort: number): boolean {
  if (proxy.interception !== 'NONE' || scope.ingress.some(({ port }) => port === workloadPort)) return false;
  return proxy.ingress.some(({ defaultEndpoint }) => parseHostPort(defaultEndpoint).port === workloadPort);
}
