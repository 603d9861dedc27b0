/** The cluster that has no endpoint and never will. */

import { create } from '@bufbuild/protobuf';
import { Cluster_DiscoveryType, ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import type { Generator } from '../context.ts';
import { duration, filterMetadata } from '../messages/core.ts';
import { blackHoleCluster } from '../names.ts';
import { builtIn, weftStruct } from '../provenance.ts';

export const blackHole: Generator = ({ proxy, emit }) => {
  if (proxy.type === 'grpc') return;
  emit({
    type: 'cluster',
    name: blackHoleCluster,
    scope: '',
    inputs: [],
    build: () => ({
      message: create(ClusterSchema, {
        name: blackHoleCluster,
        clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.STATIC },
        connectTimeout: duration(10_000),
        metadata: filterMetadata({ weft: weftStruct(builtIn('where nothing may go')) }),
      }),
    }),
  });
};
