/** From the target to one endpoint. */

import { describeProvenance } from '@weft/kernel';
import type { HttpStage } from '../path.ts';

export function createBalanceStage(): HttpStage {
  return {
    name: 'balance',
    onRequest(exchange) {
      const target = exchange.target;
      const cluster = target?.cluster.current;
      if (target === undefined || cluster === undefined) {
        exchange.fail('no_cluster', 'cluster_not_found', target === undefined ? '' : describeProvenance(target.from));
        return false;
      }
      exchange.cluster = cluster;
      if (cluster.protocol === 'http2' && exchange.request.method !== 'CONNECT') {
        exchange.fail('protocol_unsupported', 'upstream_protocol_unsupported', describeProvenance(cluster.from));
        return false;
      }
      const endpoint = cluster.pick();
      if (endpoint === undefined) {
        exchange.fail('no_healthy_upstream', 'no_healthy_upstream', describeProvenance(cluster.from));
        return false;
      }
      exchange.endpoint = endpoint;
      return true;
    },
  };
}
