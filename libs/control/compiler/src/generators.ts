/** The compilation's table of contents: what a proxy gets, in the order in which it is made: first what it shares with others. Each asks itself whether the proxy is for it. */

import { inboundClusters } from './clusters/inbound.ts';
import { outboundClusters } from './clusters/outbound.ts';
import { passthrough } from './clusters/passthrough.ts';
import { sniDnatClusters } from './clusters/sni-dnat.ts';
import type { Generator } from './context.ts';
import { endpoints } from './endpoints/endpoints.ts';
import { capturedInbound } from './listeners/captured-inbound.ts';
import { capturedOutbound } from './listeners/captured-outbound.ts';
import { egressListener } from './listeners/egress.ts';
import { gatewayListeners } from './listeners/gateway.ts';
import { grpcApiListeners } from './listeners/grpc-api.ts';
import { grpcServerListeners } from './listeners/grpc-server.ts';
import { inboundListeners } from './listeners/inbound.ts';
import { sidecarEgress } from './listeners/sidecar-egress.ts';
import { egressRoutes } from './routes/egress.ts';
import { gatewayRoutes } from './routes/gateway.ts';
import { grpcRoutes } from './routes/grpc.ts';
import { outboundRoutes } from './routes/outbound.ts';
import { credentialSecrets } from './secrets/credential-secrets.ts';
import { rootSecret } from './secrets/root-secret.ts';

/** What clients of one scope have in common: they emit bundles and nothing else. */
export const sharedGenerators: readonly Generator[] = [outboundClusters, endpoints];

export const ownGenerators: readonly Generator[] = [
  inboundClusters,
  passthrough,
  sniDnatClusters,
  inboundListeners,
  egressListener,
  sidecarEgress,
  capturedInbound,
  capturedOutbound,
  gatewayListeners,
  grpcApiListeners,
  grpcServerListeners,
  egressRoutes,
  outboundRoutes,
  gatewayRoutes,
  grpcRoutes,
  rootSecret,
  credentialSecrets,
];
