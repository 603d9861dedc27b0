/** What `/clusters` and `/explain` say of endpoints; the lines are those of a running Envoy 1.40. */

import type { Cluster, Endpoint } from '@weft/data-runtime';
import { describe, expect, it } from 'vitest';
import { makeCluster, makeEndpoint, makeForward, makeRoute, makeTable, makeTarget } from '../../http/testing/tables.ts';
import { testChain, testListener } from '../../listeners/testing/tables.ts';
import type { AdminView } from '../admin-view.ts';
import { clusterFacts } from './cluster-facts.ts';
import { clustersPage } from './clusters.ts';
import { explainPage } from './explain.ts';

const well = makeEndpoint(1, {
  hostname: 'h',
  locality: 'r/z/s',
  lbMetadata: { canary: 'true' },
  active: 3,
  counts: {
    ...{ connections: 1, connectionsTotal: 4, connectFailures: 2, requestsTotal: 9, pending: 2 },
    ...{ requestSuccesses: 5, requestErrors: 2, requestTimeouts: 1 },
  },
});
const ejected = makeEndpoint(2, { ejected: true, healthFlags: '/failed_outlier_check' });
const unlisted = makeEndpoint(3, { healthy: false, healthFlags: '/failed_eds_health' });
const reason =
  'ejected 3 s ago by outlier detection (consecutive_5xx), for 30 s at least; mesh/b.yaml:9 DestinationRule';
const health: Cluster['health'] = {
  reasonOf: (endpoint: Endpoint) => (endpoint === ejected ? reason : undefined),
  successRates: (endpoint: Endpoint) => ({ external: endpoint === well ? 66.5 : -1, localOrigin: -1 }),
  outlierBounds: () => ({
    external: { average: 200 / 3, threshold: 12.5 },
    localOrigin: { average: -1, threshold: -1 },
  }),
  counters: () => new Map(),
};
const cluster = makeCluster([well, ejected, unlisted], { health });

const view = {
  tables: { clusters: new Map([[cluster.name, cluster]]), listeners: new Map([['out', outbound()]]) },
  poolStats: () => ({ connections: 1, active: 0 }),
  identity: () => undefined,
} as unknown as AdminView;

function outbound(): ReturnType<typeof testListener> {
  const handler = makeTable(() => makeRoute(makeForward(makeTarget(cluster))));
  return testListener('out', { direction: 'outbound', chains: [{ ...testChain('http'), handler } as never] });
}

function pageOf(page: typeof clustersPage, query: string): string {
  return page(view, { query: new URLSearchParams(query) } as never).body;
}

describe('/clusters', () => {
  it('has Envoy’s lines of an endpoint, in its order', () => {
    const prefix = `${cluster.name}::${well.hostPort}::`;
    const lines = pageOf(clustersPage, '')
      .split('\n')
      .filter((line) => line.startsWith(prefix));
    expect(lines.map((line) => line.slice(prefix.length))).toEqual([
      'cx_active::1',
      'cx_connect_fail::2',
      'cx_total::4',
      'rq_active::1',
      'rq_error::2',
      'rq_pending_active::2',
      'rq_success::5',
      'rq_timeout::1',
      'rq_total::9',
      'hostname::h',
      'health_flags::healthy',
      'weight::1',
      'region::r',
      'zone::z',
      'sub_zone::s',
      'canary::true',
      'priority::0',
      'success_rate::66.5',
      'local_origin_success_rate::-1',
    ]);
  });

  it('has Envoy’s lines of outlier detection, where a cluster has it', () => {
    const prefix = `${cluster.name}::outlier::`;
    const lines = pageOf(clustersPage, '').split('\n');
    expect(lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length))).toEqual([
      'success_rate_average::66.6667',
      'success_rate_ejection_threshold::12.5',
      'local_origin_success_rate_average::-1',
      'local_origin_success_rate_ejection_threshold::-1',
    ]);
    expect(lines[1]).toMatch(prefix);
  });

  it('says what is against an endpoint, and why', () => {
    const text = pageOf(clustersPage, '');
    expect(text).toContain(`${ejected.hostPort}::health_flags::/failed_outlier_check`);
    expect(text).toContain(`${ejected.hostPort}::reason::${reason}`);
    expect(text).toContain(`${unlisted.hostPort}::health_flags::/failed_eds_health`);
    expect(text).toContain(`${unlisted.hostPort}::reason::the control plane says that it is not healthy`);
  });

  it('says the same in JSON, in Envoy’s fields', () => {
    const [status] = JSON.parse(pageOf(clustersPage, 'format=json')).cluster_statuses;
    expect(status.success_rate_ejection_threshold).toEqual({ value: 12.5 });
    expect(status).not.toHaveProperty('local_origin_success_rate_ejection_threshold');
    expect(status.circuit_breakers.thresholds[1]).toMatchObject({
      priority: 'HIGH',
      max_retries: cluster.breakers.high.retriesMax,
    });
    const [first, second, third] = status.host_statuses;
    expect(first).toMatchObject({
      hostname: 'h',
      locality: { region: 'r', zone: 'z', sub_zone: 's' },
      canary: true,
      success_rate: { value: 66.5 },
      health_status: { eds_health_status: 'HEALTHY' },
    });
    expect(first.stats).toContainEqual({ name: 'cx_active', type: 'GAUGE', value: '1' });
    expect(second).toMatchObject({ reason, health_status: { failed_outlier_check: true } });
    expect(third.health_status).toEqual({ eds_health_status: 'UNHEALTHY' });
  });
});

describe('with worker processes', () => {
  it('both pages wait for what the workers have found', async () => {
    const found = clusterFacts(view).map((one) => ({
      ...one,
      endpoints: one.endpoints.map((endpoint) => ({ ...endpoint, reason: 'a worker ejected it' })),
    }));
    const asking = { ...view, workers: () => ({ clusters: (done: (facts: unknown) => void) => done([found]) }) };
    const read = (page: typeof clustersPage, query: string): Promise<string> =>
      new Promise((resolve) => page(asking as never, { query: new URLSearchParams(query) } as never).more?.(resolve));
    expect(await read(clustersPage, '')).toContain(`${well.hostPort}::reason::a worker ejected it`);
    const [target] = JSON.parse(await read(explainPage, 'url=http://a/')).targets;
    expect(target.endpoints[0]).toMatchObject({ healthy: false, reason: 'a worker ejected it' });
  });
});

describe('/explain', () => {
  it('says why an endpoint is not used', () => {
    const [target] = JSON.parse(pageOf(explainPage, 'url=http://a/')).targets;
    expect(target.endpoints).toMatchObject([
      { address: well.hostPort, healthy: true },
      { healthy: false, reason },
      { healthy: false, reason: 'the control plane says that it is not healthy' },
    ]);
    expect(target.endpoints[0]).not.toHaveProperty('reason');
  });
});
