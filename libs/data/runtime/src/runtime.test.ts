/** The one mutator: what is taken, what is refused by name, what stays the same object, and what is wanted next. */

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
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import { UpstreamTlsContextSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import { describe, expect, it } from 'vitest';
import { dnsAddressesMax, refusalsNamedMax, warmingMs } from './limits.ts';
import type { RuntimeChange } from './runtime.ts';
import {
  ads,
  assignment,
  edsCluster,
  host,
  lbEndpoint,
  type RouteInit,
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
    expect(secured?.tls).toEqual({ sni: 'sni', alpn: ['istio'], expectedUris: [uri] });
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
    expect(runtime.tables.probesOf('inbound|21000||')).toEqual([
      {
        intervalMs: 5_000,
        timeoutMs: 1_000,
        initialDelayMs: 0,
        unhealthyThreshold: 3,
        healthyThreshold: 1,
        check: { kind: 'http', host: '', path: '/health/ready', headers: [] },
      },
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

describe('a refusal', () => {
  const badCluster = (change: object): ClusterInit & { name: string } => edsCluster('outbound|8080||x', change);
  const badRoute = (change: object) =>
    routeUpdate('r', [host('h', ['*'], [{ ...routeTo('c'), ...change } as RouteInit])]);

  it.each([
    [
      update(ClusterSchema, [badCluster({ circuitBreakers: {} })]),
      'Cluster outbound|8080||x: field circuit_breakers is not supported',
    ],
    [
      update(ClusterSchema, [badCluster({ lbPolicy: LbPolicy.MAGLEV })]),
      'Cluster outbound|8080||x: lb_policy 5 is not supported',
    ],
    [
      update(ClusterSchema, [badCluster({ commonLbConfig: { healthyPanicThreshold: { value: 50 } } })]),
      'Cluster outbound|8080||x: common_lb_config.healthy_panic_threshold over 0 is not supported',
    ],
    [
      update(ClusterSchema, [badCluster({ commonLbConfig: { closeConnectionsOnHostSetChange: true } })]),
      'Cluster outbound|8080||x: field common_lb_config.close_connections_on_host_set_change is not supported',
    ],
    [
      update(ClusterSchema, [badCluster({ clusterDiscoveryType: { case: 'type', value: DiscoveryType.LOGICAL_DNS } })]),
      'Cluster outbound|8080||x: type 2 is not supported',
    ],
    [
      update(ClusterSchema, [
        badCluster({ typedExtensionProtocolOptions: { other: anyPack(RawBufferSchema, create(RawBufferSchema)) } }),
      ]),
      'Cluster outbound|8080||x: typed_extension_protocol_options other is not supported',
    ],
    [
      update(ClusterLoadAssignmentSchema, [{ clusterName: 'c', endpoints: [{ priority: 1, lbEndpoints: [] }] }]),
      'ClusterLoadAssignment c: endpoints.priority over 0 is not supported',
    ],
    [
      update(ClusterLoadAssignmentSchema, [assignment('c', [lbEndpoint('10.0.0.1', 0)])]),
      'ClusterLoadAssignment c: endpoint 10.0.0.1: port_value must be 1 to 65535',
    ],
    [
      badRoute({ decorator: { operation: 'x' } }),
      'RouteConfiguration r: field virtual_hosts[0].routes[0].decorator is not supported',
    ],
    [
      badRoute({
        action: { case: 'route', value: { clusterSpecifier: { case: 'cluster', value: 'c' }, retryPolicy: {} } },
      }),
      'RouteConfiguration r: field virtual_hosts[0].routes[0].route.retry_policy is not supported',
    ],
    [
      badRoute({ match: { pathSpecifier: { case: 'safeRegex', value: { regex: '(?=a)' } } } }),
      'RouteConfiguration r virtual host h route c: path: regex "(?=a)": error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
    ],
    [
      badRoute({ requestHeadersToAdd: [{ header: { key: 'x', value: '%DOWNSTREAM_REMOTE_ADDRESS%' } }] }),
      'RouteConfiguration r virtual host h route c: header x: %OPERATORS% are not supported',
    ],
    [
      badRoute({ requestHeadersToAdd: [{ header: { key: 'x', value: 'a\r\nb: c' } }] }),
      'RouteConfiguration r virtual host h route c: header x: its value has a control character',
    ],
    [
      badRoute({ requestHeadersToRemove: ['Host'] }),
      'RouteConfiguration r virtual host h route c: header host may not be changed',
    ],
    [
      badRoute({
        action: {
          case: 'route',
          value: { clusterSpecifier: { case: 'weightedClusters', value: { clusters: [{ name: 'a', weight: 0 }] } } },
        },
      }),
      'RouteConfiguration r virtual host h route c: weighted_clusters: the sum of the weights must be over 0',
    ],
    [
      routeUpdate('r', [host('h', ['a'], []), host('i', ['A'], [])]),
      'RouteConfiguration r: domain "A" is claimed twice',
    ],
    [update(SecretSchema, [{ name: 'default' }]), 'Secret default: only ROOTCA is taken from the control plane'],
  ])('%#: names the resource and the field', (bad, reason) => {
    expect(testRuntime(createManualClock()).apply(bad)).toBe(reason);
  });

  it('of one resource refuses the whole update and leaves in force what was', () => {
    const runtime = testRuntime(createManualClock());
    runtime.apply(update(ClusterSchema, [edsCluster('a')]));
    const changes: RuntimeChange[] = [];
    runtime.onChange((change) => changes.push(change));
    const reason = runtime.apply(update(ClusterSchema, [edsCluster('b'), badCluster({ outlierDetection: {} })], ['a']));
    expect(reason).toBe('Cluster outbound|8080||x: field outlier_detection is not supported');
    expect([...runtime.tables.clusters.keys()]).toEqual(['a']);
    expect([...(runtime.received().get('type.googleapis.com/envoy.config.cluster.v3.Cluster')?.keys() ?? [])]).toEqual([
      'a',
    ]);
    expect(changes).toEqual([]);
  });

  it('names a bounded number of resources', () => {
    const many = Array.from({ length: refusalsNamedMax + 2 }, (_, index) =>
      edsCluster(`c${index}`, { circuitBreakers: {} }),
    );
    const reason = testRuntime(createManualClock()).apply(update(ClusterSchema, many)) ?? '';
    expect(reason.split('; ')).toHaveLength(refusalsNamedMax + 1);
    expect(reason).toMatch(/and 2 more$/);
  });

  it('answers a type that is not known, another name inside, and bytes that do not parse', () => {
    const runtime = testRuntime(createManualClock());
    const unknown = { typeUrl: 'type.googleapis.com/x.Y', changed: [], removed: [] };
    expect(runtime.apply(unknown)).toBe('type type.googleapis.com/x.Y is not supported');
    const good = update(ClusterSchema, [edsCluster('c')]);
    const [resource] = good.changed;
    if (resource === undefined) throw new Error('no resource');
    const renamed = { ...good, changed: [{ ...resource, name: 'd' }] };
    expect(runtime.apply(renamed)).toBe('Cluster d: the message is named "c"');
    const broken = { ...good, changed: [{ ...resource, body: { ...resource.body, value: new Uint8Array([255]) } }] };
    expect(runtime.apply(broken)).toBe('Cluster c: Cluster does not parse');
  });

  it('names a field that the messages of this version do not have', () => {
    const good = update(ClusterSchema, [edsCluster('c')]);
    const [resource] = good.changed;
    if (resource === undefined) throw new Error('no resource');
    // Field 1000, a varint.
    const value = new Uint8Array([...resource.body.value, 0xc0, 0x3e, 0x01]);
    const newer = { ...good, changed: [{ ...resource, body: { ...resource.body, value } }] };
    expect(testRuntime(createManualClock()).apply(newer)).toBe('Cluster c: field #1000 is not supported');
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

describe('changed routes', () => {
  const both = () =>
    routeUpdate('r', [
      host('h', ['*'], [routeTo('new', { pathSpecifier: { case: 'path', value: '/' } }), routeTo('old')]),
    ]);

  function running() {
    const clock = createManualClock();
    const runtime = testRuntime(clock);
    runtime.apply(update(ClusterSchema, [edsCluster('old')]));
    runtime.apply(update(ClusterLoadAssignmentSchema, [assignment('old', [lbEndpoint('10.0.0.1', 1)])]));
    runtime.apply(routeUpdate('r', [host('h', ['*'], [routeTo('old')])]));
    runtime.apply(update(ClusterSchema, [edsCluster('new')]));
    const routeName = () => runtime.tables.routes.get('r')?.match(request('GET a/'))?.name;
    return { clock, runtime, routeName };
  }

  it('wait for the endpoints of a cluster that is new', () => {
    const { clock, runtime, routeName } = running();
    expect(runtime.apply(both())).toBeUndefined();
    expect(routeName()).toBe('old');
    runtime.apply(update(ClusterLoadAssignmentSchema, [assignment('new', [lbEndpoint('10.0.0.2', 2)])]));
    expect(routeName()).toBe('new');
    expect(clock.pending()).toBe(0);
  });

  it('wait for a bounded time', () => {
    const { clock, runtime, routeName } = running();
    runtime.apply(both());
    clock.advance(warmingMs - 1);
    expect(routeName()).toBe('old');
    clock.advance(1);
    expect(routeName()).toBe('new');
  });

  it('do not wait for a cluster that does not exist, and give way to later ones', () => {
    const { clock, runtime, routeName } = running();
    runtime.apply(both());
    runtime.apply(routeUpdate('r', [host('h', ['*'], [routeTo('missing')])]));
    expect(routeName()).toBe('missing');
    expect(clock.pending()).toBe(0);
    runtime.apply(both());
    runtime.stop();
    expect(clock.pending()).toBe(0);
  });
});
