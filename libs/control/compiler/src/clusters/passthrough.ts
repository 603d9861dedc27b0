/** Clusters that no service has: where nothing may go, and where a connection goes to the address that it was sent to. */

import { create } from '@bufbuild/protobuf';
import type { MeshConfig } from '@weft/model';
import { type Cluster, Cluster_DiscoveryType, ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import type { Generator } from '../context.ts';
import { duration, filterMetadata } from '../messages/core.ts';
import { blackHoleCluster, inboundPassthroughCluster, passthroughCluster } from '../names.ts';
import { builtIn, weftStruct } from '../provenance.ts';
import { circuitBreakers } from './circuit.ts';
import { originalDestination } from './discovery.ts';
import { protocolOptions } from './http-options.ts';

export const passthrough: Generator = ({ proxy, world, emit }) => {
  if (proxy.type === 'grpc') return;
  const { mesh } = world.input;
  const add = (name: string, build: () => Cluster): void => {
    emit({ type: 'cluster', name, scope: '', inputs: [mesh], build: () => ({ message: build() }) });
  };
  add(blackHoleCluster, () => blackHole(mesh));
  if (proxy.type !== 'sidecar') return;
  add(passthroughCluster, () => toOriginal(passthroughCluster, mesh, 'as the client of it was told'));
  if (proxy.interception === 'NONE') return;
  add(inboundPassthroughCluster, () => toOriginal(inboundPassthroughCluster, mesh, 'a port that nobody declared'));
};

function blackHole({ connectTimeoutMs }: MeshConfig): Cluster {
  return create(ClusterSchema, {
    name: blackHoleCluster,
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.STATIC },
    connectTimeout: duration(connectTimeoutMs),
    metadata: filterMetadata({ weft: weftStruct(builtIn('where nothing may go')) }),
  });
}

/** What is inside is not known: HTTP goes on as it came. */
function toOriginal(name: string, { connectTimeoutMs }: MeshConfig, reason: string): Cluster {
  return create(ClusterSchema, {
    name,
    ...originalDestination,
    connectTimeout: duration(connectTimeoutMs),
    circuitBreakers: circuitBreakers({}),
    typedExtensionProtocolOptions: protocolOptions({ protocol: 'downstream', pool: undefined }),
    metadata: filterMetadata({ weft: weftStruct(builtIn(reason)) }),
  });
}
