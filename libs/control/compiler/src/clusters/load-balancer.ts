/** How a cluster chooses among its endpoints. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import type { LoadBalancer, Warmup } from '@weft/model';
import {
  Cluster_LbPolicy,
  type Cluster_SlowStartConfigSchema,
  type ClusterSchema,
} from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { duration } from '../messages/core.ts';

type ClusterInit = Exclude<MessageInitShape<typeof ClusterSchema>, { $typeName: string }>;
export type Balancing = Pick<ClusterInit, 'lbPolicy' | 'lbConfig'>;

const ringSizeDefault = 1024;
/** Above this Envoy refuses a ring. */
const ringSizeMax = 8_388_608;

/** LEAST_REQUEST where nothing is said; PASSTHROUGH is a matter of discovery, and without capture the same as nothing. */
export function balancing(rules: LoadBalancer | undefined): Balancing {
  const hash = rules?.consistentHash;
  if (hash?.maglev !== undefined) {
    const tableSize = hash.maglev.tableSize ?? 0;
    const config = tableSize > 0 ? { tableSize: BigInt(tableSize) } : {};
    return { lbPolicy: Cluster_LbPolicy.MAGLEV, lbConfig: { case: 'maglevLbConfig', value: config } };
  }
  if (hash !== undefined) return ringHash(hash.ringHash?.minimumRingSize);
  const slowStart = rules?.warmup === undefined ? undefined : slowStartOf(rules.warmup);
  switch (rules?.simple) {
    case 'ROUND_ROBIN':
      return {
        lbPolicy: Cluster_LbPolicy.ROUND_ROBIN,
        ...(slowStart && { lbConfig: { case: 'roundRobinLbConfig', value: { slowStartConfig: slowStart } } }),
      };
    case 'RANDOM':
      return { lbPolicy: Cluster_LbPolicy.RANDOM };
    default:
      return {
        lbPolicy: Cluster_LbPolicy.LEAST_REQUEST,
        ...(slowStart && { lbConfig: { case: 'leastRequestLbConfig', value: { slowStartConfig: slowStart } } }),
      };
  }
}

/** Proxyless gRPC clients know round robin and the ring. */
export function grpcBalancing(rules: LoadBalancer | undefined): Balancing {
  if (rules?.consistentHash?.httpHeaderName === undefined) return { lbPolicy: Cluster_LbPolicy.ROUND_ROBIN };
  return ringHash(rules.consistentHash.ringHash?.minimumRingSize);
}

function ringHash(minimum: number | undefined): Balancing {
  const size = Math.min(minimum || ringSizeDefault, ringSizeMax);
  return {
    lbPolicy: Cluster_LbPolicy.RING_HASH,
    lbConfig: { case: 'ringHashLbConfig', value: { minimumRingSize: BigInt(size) } },
  };
}

function slowStartOf(warmup: Warmup): MessageInitShape<typeof Cluster_SlowStartConfigSchema> {
  return {
    slowStartWindow: duration(warmup.durationMs),
    aggression: { defaultValue: warmup.aggression ?? 1, runtimeKey: 'weft.slow_start.aggression' },
    minWeightPercent: { value: warmup.minimumPercent ?? 10 },
  };
}
