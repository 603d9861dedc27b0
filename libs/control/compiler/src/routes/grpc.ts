/** Routes of proxyless gRPC clients: one configuration per service port, asked for by the api listener of that port. */

import { create } from '@bufbuild/protobuf';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { clientScope, type Generator } from '../context.ts';
import { outboundClusterName } from '../names.ts';
import { isRoutable } from '../world.ts';
import { meshVirtualService } from './mesh-rules.ts';
import { defaultRoute, ruleRoutes } from './rules.ts';
import { createDomainClaims, serviceNames, virtualHost } from './virtual-host.ts';

export const grpcRoutes: Generator = (context) => {
  const { proxy, world } = context;
  if (proxy.type !== 'grpc') return;
  for (const service of world.input.registry.services.values()) {
    if (!isRoutable(service)) continue;
    for (const port of service.ports) {
      const cluster = outboundClusterName(port.number, '', service.host);
      context.emit({
        type: 'route',
        name: cluster,
        scope: clientScope(context),
        inputs: [proxy.namespace, world.shape, world.routingInputs],
        build() {
          const notices = new Set<string>();
          const missingClusters = new Set<string>();
          const scope = {
            world,
            clientNamespace: proxy.namespace,
            dialect: 'grpc',
            calledPort: port.number,
            notices,
            missingClusters,
          } as const;
          const rules = meshVirtualService(world, service.host);
          const routes = rules === undefined ? [defaultRoute(cluster, port.from)] : ruleRoutes(scope, rules.resource);
          const names = serviceNames(service, proxy.namespace, world.input.domain);
          const domains = createDomainClaims().claim(names.flatMap((name) => [`${name}:${port.number}`, name]));
          const host = virtualHost(`${service.host}:${port.number}`, domains, routes, port.from);
          const message = create(RouteConfigurationSchema, { name: cluster, virtualHosts: [host] });
          return { message, notices: [...notices], missingClusters: [...missingClusters] };
        },
      });
    }
  }
};
