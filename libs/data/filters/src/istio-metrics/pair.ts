/** Who talks to whom, from the point of view of this proxy. */

import { type Cluster, type Direction, type Endpoint, unknownWorkload, type WorkloadLabels } from '@weft/data-runtime';
import type { ProxyLabels } from '../proxy-labels.ts';
import type { PairLabels } from './labels.ts';

export interface PairSource {
  readonly direction: Direction;
  readonly downstreamPeerUri: string | undefined;
  /** What that peer says of itself; absent or nothing: not known. */
  readonly downstreamWorkload?: WorkloadLabels | undefined;
  readonly upstreamPeerUri: string | undefined;
  readonly cluster: Cluster | undefined;
  readonly endpoint: Endpoint | undefined;
}

const noService = { host: '', name: '', namespace: '' } as const;

export function pairOf(
  proxy: ProxyLabels,
  source: PairSource,
  protocol: PairLabels['protocol'],
  flag: string,
): PairLabels {
  const self = proxy.self();
  const own = proxy.ownUri();
  if (source.direction === 'inbound') {
    const secure = source.downstreamPeerUri !== undefined;
    const known = source.cluster?.service.host !== undefined && source.cluster.service.host !== '';
    return {
      reporter: 'destination',
      source: source.downstreamWorkload ?? unknownWorkload,
      sourcePrincipal: source.downstreamPeerUri,
      destination: self,
      destinationPrincipal: secure ? own : undefined,
      service: known && source.cluster !== undefined ? source.cluster.service : serviceOf(self),
      protocol,
      flag,
      security: secure ? 'mutual_tls' : 'none',
    };
  }
  const secure = source.upstreamPeerUri !== undefined;
  return {
    reporter: 'source',
    source: self,
    sourcePrincipal: secure ? own : undefined,
    destination: source.endpoint?.workload ?? unknownWorkload,
    destinationPrincipal: source.upstreamPeerUri,
    service: source.cluster?.service ?? noService,
    protocol,
    flag,
    security: 'unknown',
  };
}

/** An inbound cluster need not say its service: the workload's canonical one stands in, never the Host header. */
function serviceOf(self: WorkloadLabels): PairLabels['service'] {
  return { host: self.canonicalService, name: self.canonicalService, namespace: self.namespace };
}
