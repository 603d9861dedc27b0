/** TCP passed on as it comes: to one cluster, or to several by weight. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import type { ConsistentHash, TrafficPolicy } from '@weft/model';
import { type Filter, FilterSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import { TcpProxySchema } from '@weft/xds-messages/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import type { Context } from '../context.ts';
import { accessLogs } from '../telemetry/access-logs.ts';
import { sideOf } from '../telemetry/side.ts';
import { duration } from './core.ts';

export interface WeightedTarget {
  readonly cluster: string;
  readonly weight: number;
}

export interface TcpProxyOptions {
  /** Of the connections: true where they come to the workload. */
  readonly inbound: boolean;
  readonly statPrefix: string;
  /** At least one. */
  readonly targets: readonly WeightedTarget[];
  /** Of the first target: idle timeout, hashing and tunnel. */
  readonly policy?: Pick<TrafficPolicy, 'connectionPool' | 'loadBalancer' | 'tunnel'>;
}

type TcpInit = Exclude<MessageInitShape<typeof TcpProxySchema>, { $typeName: string }>;

export function tcpProxy(context: Context, { inbound, statPrefix, targets, policy }: TcpProxyOptions): Filter {
  const [first] = targets;
  const idleTimeoutMs = policy?.connectionPool?.tcp?.idleTimeoutMs;
  const proxy = create(TcpProxySchema, {
    statPrefix,
    clusterSpecifier:
      targets.length === 1 && first !== undefined
        ? { case: 'cluster', value: first.cluster }
        : {
            case: 'weightedClusters',
            value: { clusters: targets.map(({ cluster, weight }) => ({ name: cluster, weight })) },
          },
    ...(idleTimeoutMs === undefined ? {} : { idleTimeout: duration(idleTimeoutMs) }),
    ...hashing(policy?.loadBalancer?.consistentHash),
    ...tunnelling(policy?.tunnel),
    accessLog: accessLogs(context, sideOf(context, inbound)),
  });
  return create(FilterSchema, {
    name: 'envoy.filters.network.tcp_proxy',
    configType: { case: 'typedConfig', value: anyPack(TcpProxySchema, proxy) },
  });
}

/** Of a connection only its source can be hashed. */
function hashing(hash: ConsistentHash | undefined): TcpInit {
  if (hash?.useSourceIp !== true) return {};
  return { hashPolicy: [{ policySpecifier: { case: 'sourceIp', value: {} } }] };
}

function tunnelling(tunnel: TrafficPolicy['tunnel']): TcpInit {
  if (tunnel === undefined) return {};
  return {
    tunnelingConfig: { hostname: `${tunnel.targetHost}:${tunnel.targetPort}`, usePost: tunnel.protocol === 'POST' },
  };
}
