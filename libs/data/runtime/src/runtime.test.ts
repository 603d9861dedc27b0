/** The one mutator: what is taken, what stays the same object, and what is wanted next. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { createManualClock } from '@weft/kernel';
import {
  ClusterSchema,
  Cluster_DiscoveryType as DiscoveryType,
  Cluster_LbPolicy as LbPolicy,
} from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { HealthStatus } from '@weft/xds-messages/envoy/config/core/v3/health_check';
import { ClusterLoadAssignmentSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { RawBufferSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer';
import { UpstreamTlsContextSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import { describe, expect, it } from 'vitest';
import { dnsAddressesMax } from './limits.ts';
import type { RuntimeChange } from './runtime.ts';
import {
  ads,
  assignment,
  edsCluster,
  host,
  lbEndpoint,
  request,
  routeTo,
  routeUpdate,
  testRuntime,
  update,
} from './testing/resources.ts';

type ClusterInit = MessageInitShape<typeof ClusterSchema>;

const upstreamTls = (uri: string) => ({
  name: 'tls',
  configType: {
    case: 'typedConfig' as const,
    value: anyPack(
      UpstreamTlsContextSchema,
      create(UpstreamTlsContextSchema, {
        sni: 'sni',
        commonTlsContext: {
          alpnProtocols: ['istio'],
          tlsCertificateSdsSecretConfigs: [{ name: 'default', sdsConfig: ads }],
          validationContextType: {
            case: 'combinedValidationContext',
            value: {
              defaultValidationContext: {
                matchTypedSubjectAltNames: [{ sanType: 3, matcher: { matchPattern: { case: 'exact', value: uri } } }],
              },
              validationContextSdsSecretConfig: { name: 'ROOTCA', sdsConfig: ads },
            },
          },
        },
      }),
    ),
  },
});
const rawBuffer = {
  name: 'raw',
  configType: { case: 'typedConfig' as const, value: anyPack(RawBufferSchema, create(RawBufferSchema)) },
};
const mtls = (uri: string): ClusterInit => ({
  transportSocketMatches: [
    { name: 'tlsMode-istio', match: { tlsMode: 'istio' }, transportSocket: upstreamTls(uri) },
    { name: 'plain', match: {}, transportSocket: rawBuffer },
  ],
});
const meshEndpoint = (port: number, change = {}) =>
  lbEndpoint('10.0.0.1', port, {
    metadata: {
      filterMetadata: {
        'envoy.transport_socket_match': { tlsMode: 'istio' },
        istio: { workload: 'payment-v1;shop;payment;v1;weft' },
      },
    },
    ...change,
  });

describe('clusters and endpoints', () => {
  it('fill the place that a route holds, whichever comes first', () => {
    const runtime = testRuntime(createManualClock());
    runtime.apply(routeUpdate('r', [host('h', ['*'], [routeTo('c')])]));
    const action = runtime.tables.routes.get('r')?.match(request('GET a/'))?.action;
    if (action?.kind !== 'forward') throw new Error('no forward');
    const place = action.targets[0]?.cluster;
    expect(place?.current).toBeUndefined();
    runtime.apply(update(ClusterLoadAssignmentSchema, [assignment('c', [lbEndpoint('10.0.0.1', 80)])]));
    runtime.apply(update(ClusterSchema, [edsCluster('c')]));
    expect(place?.current?.pick()?.hostPort).toBe('10.0.0.1:80');
    runtime.apply(update(ClusterSchema, [], ['c']));
    expect(place?.current).toBeUndefined();
  });

  it('keep the cluster and the endpoint objects over updates, and tell of endpoints that are gone', () => {
    const runtime = testRuntime(createManualClock());
    const gone: string[] = [];
    runtime.onEndpointsGone((endpoints) => gone.push(...endpoints.map((endpoint) => endpoint.hostPort)));
    runtime.apply(update(ClusterSchema, [edsCluster('c')]));
    runtime.apply(
      update(ClusterLoadAssignmentSchema, [assignment('c', [lbEndpoint('10.0.0.1', 1), lbEndpoint('10.0.0.1', 2)])]),
    );
    const cluster = runtime.tables.clusters.get('c');
    const second = cluster?.endpoints[1];
    if (second === undefined) throw new Error('no endpoint');
    second.active = 3;
    runtime.apply(
      update(ClusterSchema, [edsCluster('c', { lbPolicy: LbPolicy.RANDOM, connectTimeout: { seconds: 2n } })]),
    );
    runtime.apply(
      update(ClusterLoadAssignmentSchema, [
        assignment('c', [
          lbEndpoint('10.0.0.1', 2, { loadBalancingWeight: 5, healthStatus: HealthStatus.UNHEALTHY }),
          lbEndpoint('10.0.0.1', 3),
        ]),
      ]),
    );
    expect(runtime.tables.clusters.get('c')).toBe(cluster);
    expect(cluster?.connectTimeoutMs).toBe(2_000);
    expect(cluster?.endpoints[0]).toBe(second);
    expect(second).toMatchObject({ active: 3, weight: 5, healthy: false });
    expect(cluster?.pick()?.port).toBe(3);
    expect(gone).toEqual(['10.0.0.1:1']);
  });

  it('secure an endpoint by its metadata, with one object as long as nothing changes', () => {
    const runtime = testRuntime(createManualClock());
    const uri = 'spiffe://cluster.local/ns/shop/sa/payment';
    const eds = update(ClusterLoadAssignmentSchema, [assignment('c', [meshEndpoint(1), lbEndpoint('10.0.0.2', 2)])]);
    runtime.apply(update(ClusterSchema, [edsCluster('c', mtls(uri))]));
    runtime.apply(eds);
    const [secured, plain] = runtime.tables.clusters.get('c')?.endpoints ?? [];
    expect(secured?.tls).toMatchObject({ verify: 'mesh', sni: 'sni', alpn: ['istio'], expectedUris: [uri] });
    expect(secured?.workload).toMatchObject({ workload: 'payment-v1', canonicalService: 'payment', cluster: 'weft' });
    expect(plain?.tls).toBeUndefined();
    const before = secured?.tls;
    runtime.apply(eds);
    expect(secured?.tls).toBe(before);
    runtime.apply(update(ClusterSchema, [edsCluster('c', mtls(`${uri}-2`))]));
    expect(secured?.tls?.expectedUris).toEqual([`${uri}-2`]);
  });

  it('count an endpoint that is listed twice once', () => {
    const runtime = testRuntime(createManualClock());
    runtime.apply(update(ClusterSchema, [edsCluster('c')]));
    runtime.apply(update(ClusterLoadAssignmentSchema, [assignment('c', [lbEndpoint('::1', 1), lbEndpoint('::1', 1)])]));
    expect(runtime.tables.clusters.get('c')?.endpoints.map((endpoint) => endpoint.hostPort)).toEqual(['[::1]:1']);
  });

  it('of STATIC clusters come with their probes', () => {
    const runtime = testRuntime(createManualClock());
    const reason = runtime.apply(
      update(ClusterSchema, [
        {
          name: 'inbound|21000||',
          clusterDiscoveryType: { case: 'type', value: DiscoveryType.STATIC },
          loadAssignment: assignment('inbound|21000||', [lbEndpoint('127.0.0.1', 21_000)]),
          healthChecks: [
            {
              interval: { seconds: 5n },
              timeout: { seconds: 1n },
              unhealthyThreshold: 3,
              healthChecker: { case: 'httpHealthCheck', value: { path: '/health/ready' } },
            },
          ],
        } as ClusterInit & { name: string },
      ]),
    );
    expect(reason).toBeUndefined();
    expect(runtime.tables.clusters.get('inbound|21000||')?.pick()?.port).toBe(21_000);
    expect(runtime.tables.probesOf('inbound|21000||')).toMatchObject([
      { intervalMs: 5_000, timeoutMs: 1_000, unhealthyThreshold: 3, check: { kind: 'http', path: '/health/ready' } },
    ]);
  });

  it('of STRICT_DNS clusters follow the name, keep addresses over failures, and end with the cluster', async () => {
    const clock = createManualClock();
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    let answer: readonly string[] | Error = ['10.0.0.1', '10.0.0.2'];
    const changes: RuntimeChange[] = [];
    const runtime = testRuntime(clock, {
      resolveDns: () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)),
    });
    runtime.onChange((change) => changes.push(change));
    runtime.apply(
      update(ClusterSchema, [
        {
          name: 'dns',
          clusterDiscoveryType: { case: 'type', value: DiscoveryType.STRICT_DNS },
          loadAssignment: assignment('dns', [lbEndpoint('api.example', 443)]),
        } as ClusterInit & { name: string },
      ]),
    );
    const hosts = () => runtime.tables.clusters.get('dns')?.endpoints.map((endpoint) => endpoint.hostPort);
    await settle();
    expect(hosts()).toEqual(['10.0.0.1:443', '10.0.0.2:443']);
    expect(changes).toHaveLength(2);
    answer = new Error('no name server');
    clock.advance(5_000);
    await settle();
    expect(hosts()).toHaveLength(2);
    answer = Array.from({ length: dnsAddressesMax + 1 }, (_, index) => `10.1.${index >> 8}.${index & 255}`);
    clock.advance(5_000);
    await settle();
    expect(hosts()).toHaveLength(dnsAddressesMax);
    runtime.apply(update(ClusterSchema, [], ['dns']));
    expect(clock.pending()).toBe(0);
  });
});

describe('what is wanted', () => {
  it('follows the clusters, and what leaves it is forgotten', () => {
    const runtime = testRuntime(createManualClock());
    expect(runtime.wanted()).toEqual({ routes: [], endpoints: [], secrets: ['ROOTCA'] });
    const wanted: (readonly string[])[] = [];
    runtime.onChange(() => wanted.push(runtime.wanted().endpoints));
    const named = edsCluster('c', { edsClusterConfig: { edsConfig: ads, serviceName: 's' } });
    runtime.apply(update(ClusterSchema, [named]));
    runtime.apply(update(ClusterLoadAssignmentSchema, [assignment('s', [lbEndpoint('10.0.0.1', 1)])]));
    runtime.apply(update(ClusterSchema, [], ['c']));
    expect(wanted).toEqual([['s'], ['s'], []]);
    runtime.apply(update(ClusterSchema, [named]));
    expect(runtime.tables.clusters.get('c')?.endpoints).toEqual([]);
  });

  it('is told to those who asked until they say otherwise', () => {
    const runtime = testRuntime(createManualClock());
    const changes: RuntimeChange[] = [];
    const stop = runtime.onChange((change) => changes.push(change));
    runtime.apply(update(RouteConfigurationSchema, [{ name: 'r' }], ['gone']));
    stop();
    runtime.apply(update(RouteConfigurationSchema, [{ name: 's' }]));
    expect(changes).toEqual([
      { typeUrl: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration', changed: ['r'], removed: ['gone'] },
    ]);
  });
});
