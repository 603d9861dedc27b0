/** What Cluster messages compile to, and what of them is refused by name. */

import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import {
  ClusterSchema,
  Cluster_DiscoveryType as DiscoveryType,
  Cluster_LbPolicy as LbPolicy,
} from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { LeastRequestSchema } from '@weft/xds-messages/envoy/extensions/load_balancing_policies/least_request/v3/least_request';
import { MaglevSchema } from '@weft/xds-messages/envoy/extensions/load_balancing_policies/maglev/v3/maglev';
import { WrrLocalitySchema } from '@weft/xds-messages/envoy/extensions/load_balancing_policies/wrr_locality/v3/wrr_locality';
import { ProxyProtocolUpstreamTransportSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol';
import { HttpProtocolOptionsSchema } from '@weft/xds-messages/envoy/extensions/upstreams/http/v3/http_protocol_options';
import { describe, expect, it } from 'vitest';
import { unpack } from '../check/refuse.ts';
import { edsCluster, lbEndpoint } from '../testing/resources.ts';
import { type ClusterSpec, compileCluster } from './cluster-spec.ts';
import { selectorsMax } from './subset-spec.ts';

type ClusterInit = MessageInitShape<typeof ClusterSchema>;

/** Through the field check, as an update goes. */
const compile = (change: ClusterInit = {}): ClusterSpec => {
  const body = anyPack(ClusterSchema, create(ClusterSchema, edsCluster('c', change)));
  return compileCluster(unpack(body, ClusterSchema, 'Cluster c'), 'Cluster c');
};
const typed = <Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>) => ({
  typedExtensionConfig: { name: schema.name, typedConfig: anyPack(schema, create(schema, init)) },
});
const options = (init: MessageInitShape<typeof HttpProtocolOptionsSchema>): ClusterInit => ({
  typedExtensionProtocolOptions: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': anyPack(
      HttpProtocolOptionsSchema,
      create(HttpProtocolOptionsSchema, init),
    ),
  },
});

describe('a cluster', () => {
  it('that says nothing has the defaults of Envoy', () => {
    const spec = compile();
    expect(spec.connectTimeoutMs).toBe(5_000);
    expect(spec.balancing).toMatchObject({ policy: { kind: 'round-robin' }, panicThreshold: 50, hashBalanceFactor: 0 });
    expect(spec.http).toMatchObject({ protocol: 'http1', multiplex: false, maxStreamDurationMs: 0 });
    expect(spec.limits).toMatchObject({ idleTimeoutMs: 3_600_000, bufferBytesMax: 1_048_576 });
    expect(spec.outlier).toBeUndefined();
  });

  it('speaks HTTP as its protocol options say', () => {
    const http2 = options({
      commonHttpProtocolOptions: { idleTimeout: { seconds: 9n }, maxRequestsPerConnection: 5 },
      upstreamProtocolOptions: {
        case: 'explicitHttpConfig',
        value: {
          protocolConfig: {
            case: 'http2ProtocolOptions',
            value: {
              maxConcurrentStreams: 7,
              connectionKeepalive: { interval: { seconds: 30n }, timeout: { seconds: 2n } },
            },
          },
        },
      },
    });
    expect(compile(http2)).toMatchObject({
      http: { protocol: 'http2', streamsMax: 7, pingIntervalMs: 30_000, pingTimeoutMs: 2_000 },
      limits: { idleTimeoutMs: 9_000, requestsPerConnectionMax: 5 },
    });
    const auto = { upstreamProtocolOptions: { case: 'autoConfig' as const, value: {} } };
    expect(compile(options(auto)).http.protocol).toBe('auto');
    const downstream = { upstreamProtocolOptions: { case: 'useDownstreamProtocolConfig' as const, value: {} } };
    expect(compile(options(downstream)).http.protocol).toBe('downstream');
    expect(compile({ http2ProtocolOptions: {} }).http.protocol).toBe('http2');
  });

  it('takes its policy from lb_policy, from a typed policy, or from its metadata', () => {
    expect(
      compile({
        lbPolicy: LbPolicy.RING_HASH,
        lbConfig: { case: 'ringHashLbConfig', value: { minimumRingSize: 10n } },
        commonLbConfig: { consistentHashingLbConfig: { useHostnameForHashing: true, hashBalanceFactor: 120 } },
      }).balancing,
    ).toMatchObject({
      policy: {
        kind: 'ring-hash',
        minimumRingSize: 10,
        maximumRingSize: 8_388_608,
        hash: 'xx-hash',
        useHostname: true,
      },
      hashBalanceFactor: 120,
    });
    const inner = {
      policies: [{ typedExtensionConfig: { name: 'unknown' } }, typed(LeastRequestSchema, { choiceCount: 5 })],
    };
    expect(
      compile({ loadBalancingPolicy: { policies: [typed(WrrLocalitySchema, { endpointPickingPolicy: inner })] } })
        .balancing,
    ).toMatchObject({ policy: { kind: 'least-request', choiceCount: 5 }, localityWeighted: true });
    const weft = { load_balancer: 'PEAK_EWMA', failure_accrual: { max_failures: 3 }, h2_upgrade: false };
    const linkerd = compile({ metadata: { filterMetadata: { weft } } });
    expect(linkerd.balancing.policy).toEqual({ kind: 'peak-ewma', decayMs: 10_000, defaultRttMs: 30 });
    expect(linkerd.failureAccrual).toEqual({ failuresMax: 3, backOffMinMs: 1_000, backOffMaxMs: 60_000, jitter: 0.5 });
  });

  it('may begin connections with the PROXY protocol', () => {
    const wrapper = anyPack(
      ProxyProtocolUpstreamTransportSchema,
      create(ProxyProtocolUpstreamTransportSchema, { config: { version: 1 } }),
    );
    const { transport } = compile({
      transportSocket: { name: 'p', configType: { case: 'typedConfig', value: wrapper } },
    });
    expect(transport.proxyProtocol).toBe(2);
    expect(transport.tlsFor({})).toBeUndefined();
  });

  it('has outlier detection with the defaults of Envoy', () => {
    expect(compile({ outlierDetection: {} }).outlier).toMatchObject({
      consecutive5xx: 5,
      consecutiveGatewayFailure: 5,
      intervalMs: 10_000,
      baseEjectionMs: 30_000,
      maxEjectionMs: 300_000,
      maxEjectionPercent: 10,
      enforcing: { consecutive_5xx: 100, consecutive_gateway_failure: 0, success_rate: 100, failure_percentage: 0 },
    });
  });
});

const maglev = (tableSize: bigint): ClusterInit => ({
  loadBalancingPolicy: { policies: [typed(MaglevSchema, { tableSize })] },
});

const ringHash = (value: { minimumRingSize?: bigint; maximumRingSize?: bigint }): ClusterInit => ({
  lbPolicy: LbPolicy.RING_HASH,
  lbConfig: { case: 'ringHashLbConfig', value },
});

describe('refused is', () => {
  it.each<[string, ClusterInit]>([
    ['field preconnect_policy is not supported', { preconnectPolicy: {} }],
    ['field upstream_bind_config is not supported', { upstreamBindConfig: {} }],
    [
      'field common_lb_config.zone_aware_lb_config.routing_enabled is not supported',
      {
        commonLbConfig: {
          localityConfigSpecifier: { case: 'zoneAwareLbConfig', value: { routingEnabled: { value: 1 } } },
        },
      },
    ],
    ['per_host_thresholds is not supported', { circuitBreakers: { perHostThresholds: [{ maxConnections: 1 }] } }],
    ['field outlier_detection.monitors is not supported', { outlierDetection: { monitors: [{ name: 'x' }] } }],
    [
      'more than 64 subset_selectors',
      { lbSubsetConfig: { subsetSelectors: Array.from({ length: selectorsMax + 1 }, () => ({ keys: ['version'] })) } },
    ],
    ['minimum_ring_size must be 8388608 or less', ringHash({ minimumRingSize: 8_388_609n })],
    ['maximum_ring_size must be 8388608 or less', ringHash({ maximumRingSize: 8_388_609n })],
    [
      'endpoints.priority must be 128 or less',
      {
        clusterDiscoveryType: { case: 'type', value: DiscoveryType.STATIC },
        loadAssignment: { endpoints: [{ priority: 129, lbEndpoints: [] }] },
      },
    ],
    ['maglev table_size must be a prime number', maglev(65_536n)],
    ['maglev table_size must be 5000011 or less', maglev(5_000_077n)],
    [
      'load_balancing_policy: none of (x) is supported',
      {
        loadBalancingPolicy: { policies: [{ typedExtensionConfig: { name: 'x' } }] },
      },
    ],
    [
      'ORIGINAL_DST and lb_policy CLUSTER_PROVIDED go together',
      {
        clusterDiscoveryType: { case: 'type', value: DiscoveryType.ORIGINAL_DST },
      },
    ],
    [
      'LOGICAL_DNS must have a single endpoint',
      {
        clusterDiscoveryType: { case: 'type', value: DiscoveryType.LOGICAL_DNS },
        loadAssignment: { endpoints: [{ lbEndpoints: [] }] },
      },
    ],
    ['load_balancer "X" is not supported', { metadata: { filterMetadata: { weft: { load_balancer: 'X' } } } }],
    ['field drop is not supported', { metadata: { filterMetadata: { weft: { failure_accrual: { drop: 1 } } } } }],
    [
      'endpoints.priority 0 is left out',
      {
        clusterDiscoveryType: { case: 'type', value: DiscoveryType.STATIC },
        loadAssignment: {
          endpoints: [{ priority: 1, lbEndpoints: [lbEndpoint('10.0.0.1', 1)] }],
        } as ClusterInit['loadAssignment'] & object,
      },
    ],
    [
      'policy.drop_overloads is not supported',
      {
        clusterDiscoveryType: { case: 'type', value: DiscoveryType.STATIC },
        loadAssignment: { policy: { dropOverloads: [{ category: 'x' }] } },
      },
    ],
    ['health_checks: interval must be', { healthChecks: [{ timeout: { seconds: 1n } }] }],
    ['max_ejection_time must not be less', { outlierDetection: { maxEjectionTime: { seconds: 1n } } }],
    [
      'header_key_format',
      {
        ...options({
          upstreamProtocolOptions: {
            case: 'explicitHttpConfig',
            value: { protocolConfig: { case: 'httpProtocolOptions', value: { headerKeyFormat: {} } } },
          },
        }),
      },
    ],
  ])('%s', (what, change) => {
    expect(() => compile(change)).toThrow(what);
  });
});
