/** Clusters and their endpoints over updates: what lives on, who is told, and what the keepers of health may change. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { createManualClock, createSeededRandom, type ManualClock } from '@weft/kernel';
import {
  ClusterSchema,
  Cluster_DiscoveryType as DiscoveryType,
  Cluster_LbPolicy as LbPolicy,
} from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignmentSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { describe, expect, it } from 'vitest';
import { compileAssignment } from '../clusters/assignment.ts';
import type { CheckedEndpoint, HealthSubject } from '../clusters/cluster-health.ts';
import { compileCluster } from '../clusters/cluster-spec.ts';
import { mergeOver } from '../clusters/living-cluster.ts';
import { originalDestinationsMax } from '../clusters/original-destinations.ts';
import type { Endpoint } from '../tables/cluster.ts';
import { assignment, edsCluster, lbEndpoint } from '../testing/resources.ts';
import { createClusterStore } from './cluster-store.ts';

type ClusterInit = MessageInitShape<typeof ClusterSchema>;

const check = {
  interval: { seconds: 5n },
  timeout: { seconds: 1n },
  healthChecker: { case: 'tcpHealthCheck' as const, value: {} },
};

function setUp(clock: ManualClock = createManualClock()) {
  const gone: string[] = [];
  const subjects: HealthSubject[] = [];
  const told: (readonly CheckedEndpoint[])[] = [];
  let updates = 0;
  const store = createClusterStore({
    clock,
    random: createSeededRandom(1),
    resolveDns: () => Promise.resolve([]),
    onResolved() {},
    onGone: (endpoints) => gone.push(...endpoints.map(({ hostPort }) => hostPort)),
    createBalancer: () => {
      let fit: readonly Endpoint[] = [];
      return {
        update(endpoints) {
          updates += 1;
          fit = endpoints.filter(({ healthy, ejected }) => healthy && !ejected);
        },
        pick: () => fit[0],
      };
    },
    createHealth: (subject) => {
      subjects.push(subject);
      return {
        observe: () => {},
        picked: undefined,
        update: (endpoints) => told.push(endpoints),
        stop() {},
        reasonOf: () => undefined,
        counters: () => new Map(),
      };
    },
  });
  const put = (init: ClusterInit): void => {
    const message = create(ClusterSchema, init);
    store.commitClusters(new Map([[message.name, compileCluster(message, 'Cluster')]]), []);
  };
  const list = (name: string, ports: readonly number[]): void => {
    const message = create(
      ClusterLoadAssignmentSchema,
      assignment(
        name,
        ports.map((port) => lbEndpoint('10.0.0.1', port)),
      ),
    );
    store.commitAssignments(new Map([[name, compileAssignment(message, 'EDS')]]), []);
  };
  return { store, put, list, gone, subjects, told, updates: () => updates };
}

describe('breakers', () => {
  it('count on over updates of their thresholds', () => {
    const { store, put } = setUp();
    put(edsCluster('c'));
    const cluster = store.clusters.get('c')!;
    expect(cluster.breakers.default).toMatchObject({ connectionsMax: 1_024, requestsMax: 1_024, retriesMax: 3 });
    cluster.breakers.default.used.requests = 7;
    put(edsCluster('c', { circuitBreakers: { thresholds: [{ maxRequests: 10, retryBudget: {} }] } }));
    expect(cluster.breakers.default).toMatchObject({
      requestsMax: 10,
      retryBudget: { percent: 20, minimum: 3 },
      used: { requests: 7 },
    });
    expect(cluster.breakers.high.requestsMax).toBe(1_024);
  });

  it('give up the connections of all endpoints once more are open than a new bound lets in', () => {
    const { store, put, list, gone } = setUp();
    put(edsCluster('c'));
    list('c', [1, 2]);
    store.clusters.get('c')!.breakers.default.used.connections = 2;
    const bound = (maxConnections: number) =>
      put(edsCluster('c', { circuitBreakers: { thresholds: [{ maxConnections }] } }));
    bound(2);
    expect(gone).toEqual([]);
    bound(1);
    expect(gone).toEqual(['10.0.0.1:1', '10.0.0.1:2']);
  });
});

describe('the health of endpoints', () => {
  it('is kept by nobody where the cluster does not ask for it', () => {
    const { store, put, list, subjects } = setUp();
    put(edsCluster('c'));
    list('c', [1]);
    expect(subjects).toEqual([]);
    expect(store.clusters.get('c')?.observe).toBeUndefined();
  });

  it('changes through one mutator, which tells the balancer', () => {
    const { store, put, list, subjects } = setUp();
    put(edsCluster('c', { outlierDetection: {} }));
    list('c', [1, 2]);
    const cluster = store.clusters.get('c')!;
    const [first] = cluster.endpoints;
    subjects[0]!.change(first!, 'ejected', true);
    expect(cluster.pick()?.port).toBe(2);
    expect(first).toMatchObject({ ejected: true, healthy: true });
    subjects[0]!.change(first!, 'ejected', false);
    expect(cluster.pick()?.port).toBe(1);
    expect(cluster.observe).toBeDefined();
  });

  it('begins unhealthy where active checks are asked for, and slow start counts from the first success', () => {
    const clock = createManualClock(50_000);
    const { store, put, list, subjects } = setUp(clock);
    put(edsCluster('c', { healthChecks: [check] }));
    list('c', [1]);
    const cluster = store.clusters.get('c')!;
    expect(cluster.pick()).toBeUndefined();
    clock.advance(3_000);
    subjects[0]!.change(cluster.endpoints[0]!, 'checked', true);
    expect(cluster.pick()).toMatchObject({ port: 1, healthySinceMs: 53_000 });
  });

  it('is named in Envoy’s words, all that is against an endpoint in Envoy’s order', () => {
    const { store, put, list, subjects } = setUp();
    put(edsCluster('c', { healthChecks: [check], outlierDetection: {} }));
    list('c', [1, 2]);
    const [first] = store.clusters.get('c')!.endpoints;
    expect(first!.healthFlags).toBe('/failed_active_hc/pending_active_hc');
    const change = subjects[0]!.change;
    change(first!, 'checked', true);
    expect(first!.healthFlags).toBe('');
    change(first!, 'degraded', true);
    change(first!, 'ejected', true);
    list('c', [2]);
    expect(first!.healthFlags).toBe('/failed_outlier_check/degraded_active_hc/pending_dynamic_removal');
    change(first!, 'checked', false);
    expect(first!.healthFlags).toMatch(/^\/failed_active_hc\/failed_outlier_check/);
  });

  it('does not go by the probes of an inbound cluster: they are reported only', () => {
    const { store, put, list, subjects } = setUp();
    put(edsCluster('inbound|80||', { healthChecks: [check] }));
    list('inbound|80||', [1]);
    expect(subjects).toEqual([]);
    expect(store.clusters.get('inbound|80||')?.pick()?.port).toBe(1);
  });

  it('keeps an endpoint that left the list as long as it passes its checks', () => {
    const { store, put, list, subjects, gone } = setUp();
    put(edsCluster('c', { healthChecks: [check] }));
    list('c', [1, 2]);
    const cluster = store.clusters.get('c')!;
    const [first] = cluster.endpoints;
    subjects[0]!.change(first!, 'checked', true);
    list('c', [2]);
    expect(cluster.endpoints.map(({ port }) => port)).toEqual([2, 1]);
    expect(cluster.pick()?.port).toBe(1);
    subjects[0]!.change(first!, 'checked', false);
    expect(gone).toEqual(['10.0.0.1:1']);
    put(edsCluster('c', { healthChecks: [check], ignoreHealthOnHostRemoval: true }));
    subjects[0]!.change(cluster.endpoints[0]!, 'checked', true);
    list('c', []);
    expect(cluster.endpoints).toEqual([]);
  });

  it('closes connections of failed endpoints, or of all when the list changes, where that is asked for', () => {
    const { store, put, list, subjects, gone } = setUp();
    put(
      edsCluster('c', {
        outlierDetection: {},
        closeConnectionsOnHostHealthFailure: true,
        commonLbConfig: { closeConnectionsOnHostSetChange: true },
      }),
    );
    list('c', [1, 2]);
    subjects[0]!.change(store.clusters.get('c')!.endpoints[0]!, 'ejected', true);
    expect(gone).toEqual(['10.0.0.1:1']);
    list('c', [1, 2, 3]);
    expect(gone).toEqual(['10.0.0.1:1', '10.0.0.1:1', '10.0.0.1:2']);
  });

  it('of a large cluster changes for many endpoints together', () => {
    const clock = createManualClock();
    const { store, put, list, subjects, updates } = setUp(clock);
    put(edsCluster('c', { outlierDetection: {} }));
    list(
      'c',
      Array.from({ length: mergeOver + 1 }, (_, index) => index + 1),
    );
    const before = updates();
    for (const endpoint of store.clusters.get('c')!.endpoints) subjects[0]!.change(endpoint, 'ejected', true);
    expect(updates()).toBe(before);
    clock.advance(10);
    expect(updates()).toBe(before + 1);
    expect(store.clusters.get('c')?.pick()).toBeUndefined();
  });

  it('takes 20,000 endpoints in one update', () => {
    const { store, put, list } = setUp();
    put(edsCluster('c'));
    list(
      'c',
      Array.from({ length: 20_000 }, (_, index) => index + 1),
    );
    const [first] = store.clusters.get('c')!.endpoints;
    list(
      'c',
      Array.from({ length: 20_000 }, (_, index) => 20_000 - index),
    );
    expect(store.clusters.get('c')!.endpoints.at(-1)).toBe(first);
  });
});

describe('original destinations', () => {
  const cluster: ClusterInit = {
    name: 'PassthroughCluster',
    clusterDiscoveryType: { case: 'type', value: DiscoveryType.ORIGINAL_DST },
    lbPolicy: LbPolicy.CLUSTER_PROVIDED,
  };

  it('become endpoints that live on over updates and go when nobody wants them', () => {
    const clock = createManualClock();
    const { store, put, gone } = setUp(clock);
    put(cluster);
    const living = store.clusters.get('PassthroughCluster')!;
    const made = living.originalDestination?.('10.0.0.9:443');
    expect(made).toMatchObject({ address: '10.0.0.9', port: 443, tls: undefined, healthy: true });
    put(cluster);
    expect(living.originalDestination?.('10.0.0.9:443')).toBe(made);
    expect(living.originalDestination?.('[::1]:80')?.hostPort).toBe('[::1]:80');
    expect(living.originalDestination?.('nonsense')).toBeUndefined();
    made!.active = 1;
    clock.advance(10_000);
    expect(gone).toEqual(['[::1]:80']);
    made!.active = 0;
    clock.advance(5_000);
    expect(gone).toEqual(['[::1]:80', '10.0.0.9:443']);
    expect(clock.pending()).toBe(0);
  });

  it('have a bound, under which those that are not in use make room', () => {
    const clock = createManualClock();
    const { store, put } = setUp(clock);
    put(cluster);
    const at = store.clusters.get('PassthroughCluster')!.originalDestination!;
    for (let port = 1; port <= originalDestinationsMax; port += 1) at(`10.0.0.1:${port}`)!.active = 1;
    expect(at('10.0.0.2:1')).toBeUndefined();
    at('10.0.0.1:7')!.active = 0;
    clock.advance(10_000);
    expect(at('10.0.0.2:1')).toBeDefined();
  });

  it('go to another port where the cluster says so', () => {
    const { store, put } = setUp();
    put({
      ...cluster,
      lbConfig: { case: 'originalDstLbConfig', value: { upstreamPortOverride: 15_008 } },
    } as ClusterInit);
    expect(store.clusters.get('PassthroughCluster')?.originalDestination?.('10.0.0.9:443')?.port).toBe(15_008);
  });
});
