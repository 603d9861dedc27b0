/** The TCP proxy: targets by weight and by SNI, its times, and what is refused. */

import { createSeededRandom } from '@weft/kernel';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { SniClusterSchema } from '@weft/xds-messages/envoy/extensions/filters/network/sni_cluster/v3/sni_cluster';
import { describe, expect, it } from 'vitest';
import {
  applyListener,
  listenerOf,
  listenerWhere,
  manager,
  tcpHandler,
  tcpProxy,
  typed,
} from '../testing/listeners.ts';
import { edsCluster, update } from '../testing/resources.ts';

const sniCluster = { name: 'sni', configType: typed(SniClusterSchema, {}) };
const weighted = (...weights: number[]) => ({
  clusterSpecifier: {
    case: 'weightedClusters',
    value: { clusters: weights.map((weight, index) => ({ name: `c${index}`, weight })) },
  },
});
const handlerOf = (change: object) => tcpHandler(applyListener(listenerOf([tcpProxy(change)])));

describe('a TCP proxy', () => {
  it('points to its cluster and has Envoy’s defaults', () => {
    const handler = handlerOf({});
    expect(handler).toMatchObject({
      statPrefix: 't',
      targets: [{ clusterName: 'c' }],
      bySni: undefined,
      idleTimeoutMs: 3_600_000,
      durationMaxMs: 0,
      connectAttemptsMax: 1,
      hash: undefined,
      tunnelHost: undefined,
    });
    expect(handler.pick(() => 0.5)).toBe(handler.targets[0]);
  });

  it('shares connections out by weight', () => {
    const handler = handlerOf(weighted(1, 3));
    const random = createSeededRandom(7);
    const picked = Array.from({ length: 4_000 }, () => handler.pick(random).clusterName);
    const first = picked.filter((name) => name === 'c0').length;
    expect(first).toBeGreaterThan(900);
    expect(first).toBeLessThan(1_100);
    expect([0, 0.249, 0.251, 0.999].map((chance) => handler.pick(() => chance).clusterName)).toEqual([
      'c0',
      'c0',
      'c1',
      'c1',
    ]);
  });

  it('takes over its times, attempts, hash and tunnel', () => {
    expect(
      handlerOf({
        idleTimeout: {},
        maxDownstreamConnectionDuration: { seconds: 9n },
        maxConnectAttempts: 3,
        hashPolicy: [{ policySpecifier: { case: 'sourceIp', value: {} } }],
        tunnelingConfig: { hostname: 'far.test:443' },
      }),
    ).toMatchObject({
      idleTimeoutMs: 0,
      durationMaxMs: 9_000,
      connectAttemptsMax: 3,
      hash: 'source-ip',
      tunnelHost: 'far.test:443',
    });
  });

  it('behind sni_cluster goes where the SNI says, as far as there is such a cluster', () => {
    const applied = applyListener(listenerOf([sniCluster, tcpProxy()]));
    applied.runtime.apply(update(ClusterSchema, [edsCluster('known')]));
    const { bySni } = tcpHandler(applied);
    expect(bySni?.('known')).toMatchObject({ clusterName: 'known', cluster: { current: { name: 'known' } } });
    expect(bySni?.('foreign').cluster.current).toBeUndefined();
  });

  it.each([
    [listenerOf([tcpProxy({ clusterSpecifier: { case: undefined } })]), 'tcp_proxy has no cluster'],
    [listenerOf([tcpProxy(weighted())]), 'weighted_clusters has no clusters'],
    [listenerOf([tcpProxy(weighted(1, 0))]), 'weighted_clusters c1: weight must be over 0'],
    [listenerOf([tcpProxy({ metadataMatch: {} })]), 'field metadata_match is not supported'],
    [listenerOf([tcpProxy({ tunnelingConfig: { hostname: '' } })]), 'tunneling_config.hostname is empty'],
    [
      listenerOf([tcpProxy({ tunnelingConfig: { hostname: '%REQUESTED_SERVER_NAME%' } })]),
      'tunneling_config.hostname: %OPERATORS% are not supported',
    ],
    [
      listenerOf([tcpProxy({ tunnelingConfig: { hostname: 'a', usePost: true } })]),
      'field tunneling_config.use_post is not supported',
    ],
    [
      listenerOf([tcpProxy({ hashPolicy: [{ policySpecifier: { case: 'filterState', value: { key: 'k' } } }] })]),
      'field hash_policy[0].filter_state is not supported',
    ],
    [listenerOf([sniCluster, manager()]), 'sni_cluster is for a tcp_proxy only'],
  ])('%#: is refused by name for what it does not do', (init, reason) => {
    expect(applyListener(init).reason).toBe(`${listenerWhere}: ${reason}`);
  });
});
