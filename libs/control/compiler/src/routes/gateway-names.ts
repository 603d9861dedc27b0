/** Names of a gateway's route configurations (Istio's gatewayRDSRouteName). */

import type { BoundServer } from '../gateway-servers.ts';

/** What a server does with the bytes that it takes. */
export type ServerKind = 'http' | 'https' | 'connections';

/** 'https': it ends TLS and has routes of its own. 'connections': what is inside is not looked at. */
export function serverKind({ server }: Pick<BoundServer, 'server'>): ServerKind {
  const protocol = server.port.protocol.toUpperCase();
  if (['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTP_PROXY'].includes(protocol)) return 'http';
  const passes = ['PASSTHROUGH', 'AUTO_PASSTHROUGH'].includes(server.tls?.mode ?? '');
  return protocol === 'HTTPS' && !passes ? 'https' : 'connections';
}

/** "http.80", shared by all plain servers of a port; "https.443.https.web.istio-system" for one that ends TLS. Undefined: it has no routes. */
export function gatewayRoutesOf(bound: Pick<BoundServer, 'server' | 'gateway'>): string | undefined {
  const { server, gateway } = bound;
  const kind = serverKind(bound);
  if (kind === 'connections') return undefined;
  if (kind === 'http') return `http.${server.port.number}`;
  return `https.${server.port.number}.${server.port.name}.${gateway.name}.${gateway.namespace}`;
}
