/** The PROXY protocol header that connections of a cluster begin with. */

import type { Cluster, ConnectionInfo } from '@weft/data-runtime';
import { encodeProxyHeader } from '@weft/proxy-protocol';

/** For a client's request: who it came from, and where to. Connections are shared by clients of the same address only. */
export function proxyHeaderFor(
  { proxyProtocol }: Cluster,
  { remoteAddress, localAddress }: ConnectionInfo,
): Buffer | undefined {
  return proxyProtocol === undefined ? undefined : encodeProxyHeader(proxyProtocol, remoteAddress, localAddress);
}

/** For a request of this proxy's own: nobody's connection is passed on. */
export function ownProxyHeader({ proxyProtocol }: Cluster): Buffer | undefined {
  return proxyProtocol === undefined ? undefined : encodeProxyHeader(proxyProtocol, '', '');
}
