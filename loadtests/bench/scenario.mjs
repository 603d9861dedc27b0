// What every proxy of the benchmark is given: the same core, the same hops, the same filters.
import { clientPrincipal } from './xds/hop.mjs';

/** Proxies run here, and nothing else. */
export const proxyCore = 0;
/** The load, the backend and what else the benchmark does. */
export const loadCore = 1;

/** Where each hop listens, where it sends, and how it is secured; one entry a process, the first takes the load. */
export function hopPlans({ hops, plan = {}, first = {}, second = {} }, backendPort, ports) {
  if (hops === 1) return [{ listenPort: ports[0], upstreamPort: backendPort, ...plan, ...first }];
  return [
    { listenPort: ports[0], upstreamPort: ports[1], secureUpstream: true, ...plan, ...first },
    {
      listenPort: ports[1],
      upstreamPort: backendPort,
      secureDownstream: true,
      inbound: true,
      principal: clientPrincipal,
      ...plan,
      ...second,
    },
  ];
}
