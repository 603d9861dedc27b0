/** The clusters of AUTO_PASSTHROUGH gateways: a service by the SNI of its clients, whose TLS is not opened. */

import { create } from '@bufbuild/protobuf';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import type { Generator } from '../context.ts';
import { allPassedClusters, sniOf } from '../gateway-auto-passthrough.ts';
import { circuitBreakers } from './circuit.ts';
import { discovery } from './discovery.ts';
import { balancing } from './load-balancer.ts';
import { common } from './outbound.ts';

/** They share the endpoints of the service's own clusters. */
export const sniDnatClusters: Generator = (context) => {
  const { proxy, world, emit } = context;
  if (proxy.type !== 'router') return;
  const { mesh, registry } = world.input;
  for (const planned of allPassedClusters(context)) {
    const name = sniOf(planned);
    const { policy, service } = planned;
    const live = service.resolution === 'endpoints' ? undefined : registry.services.get(service.key)?.instances;
    emit({
      type: 'cluster',
      name,
      scope: proxy.id,
      inputs: [planned, live, mesh],
      build: () => ({
        message: create(ClusterSchema, {
          name,
          ...balancing(policy.loadBalancer),
          ...discovery(context, planned),
          ...common(planned, mesh),
          commonLbConfig: { healthyPanicThreshold: { value: 0 } },
          circuitBreakers: circuitBreakers(policy),
        }),
      }),
    });
  }
};
