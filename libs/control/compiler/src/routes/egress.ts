/** `http_proxy`: where a sidecar sends what its application asks it to fetch as an explicit proxy. */

import type { Generator } from '../context.ts';
import { egressRouteName } from '../names.ts';
import { callerKey, noteShadowed } from './mesh-scope.ts';
import { proxyHosts } from './proxy-hosts.ts';
import { noteEgressProxy, unknownHost } from './unknown-host.ts';
import { byName, routeConfiguration } from './virtual-host.ts';

export const egressRoutes: Generator = (context) => {
  const { proxy, world, scope } = context;
  if (proxy.type !== 'sidecar' || proxy.egressProxy === undefined) return;
  context.emit({
    type: 'route',
    name: egressRouteName,
    scope: callerKey(context, scope.view),
    inputs: [scope.view, scope.egressCluster, world.routingInputs, world.input.mesh],
    build() {
      const findings = { notices: new Set<string>(), missingClusters: new Set<string>() };
      noteShadowed(context, findings);
      noteEgressProxy(context, findings);
      const hosts = [...proxyHosts(context, scope.view, findings)].sort(byName);
      // Whoever asks a proxy for a host that nobody knows has no address of its own to be sent on to: an egress proxy may know.
      const { egressCluster } = scope;
      const outbound = egressCluster === undefined ? 'REGISTRY_ONLY' : 'ALLOW_ANY';
      const all = [...hosts, unknownHost(world, { outbound, egressCluster })];
      const message = routeConfiguration(egressRouteName, all, { ignorePort: false });
      return { message, notices: [...findings.notices], missingClusters: [...findings.missingClusters] };
    },
  });
};
