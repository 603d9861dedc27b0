/** Listeners: their tables, the places their routes live in, and what is refused. */

import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { createManualClock } from '@weft/kernel';
import { createTestCa } from '@weft/tls/testing';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { FileAccessLogSchema } from '@weft/xds-messages/envoy/extensions/access_loggers/file/v3/file';
import { RouterSchema } from '@weft/xds-messages/envoy/extensions/filters/http/router/v3/router';
import { HttpConnectionManagerSchema } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { TcpProxySchema } from '@weft/xds-messages/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import { DownstreamTlsContextSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import { describe, expect, it } from 'vitest';
import type { RuntimeOptions } from '../runtime.ts';
import { ads, host, request, routeTo, routeUpdate, testRuntime, update } from '../testing/resources.ts';

type ListenerInit = MessageInitShape<typeof ListenerSchema> & { name: string };
type ManagerInit = MessageInitShape<typeof HttpConnectionManagerSchema>;

function typed<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>) {
  return { case: 'typedConfig' as const, value: anyPack(schema, create(schema, init)) };
}

const router = { name: 'router', configType: typed(RouterSchema, {}) };
const rds = (name: string): ManagerInit['routeSpecifier'] => ({
  case: 'rds',
  value: { configSource: ads, routeConfigName: name },
});

function httpListener(manager: object, change: object = {}): ListenerInit {
  const config = { statPrefix: 'p', httpFilters: [router], ...manager } as ManagerInit;
  return listener('hcm', typed(HttpConnectionManagerSchema, config), change);
}

function listener(filter: string, configType: ReturnType<typeof typed>, change: object = {}): ListenerInit {
  const socketAddress = { address: '127.0.0.1', portSpecifier: { case: 'portValue', value: 15_001 } };
  return {
    name: '127.0.0.1_15001',
    address: { address: { case: 'socketAddress', value: socketAddress } },
    trafficDirection: 2,
    filterChains: [{ filters: [{ name: filter, configType }] }],
    ...change,
  } as ListenerInit;
}

function tlsSocket(change: object, common: object = {}) {
  const context = {
    requireClientCertificate: true,
    commonTlsContext: {
      alpnProtocols: ['istio'],
      tlsCertificateSdsSecretConfigs: [{ name: 'default', sdsConfig: ads }],
      validationContextType: {
        case: 'combinedValidationContext',
        value: {
          defaultValidationContext: {
            matchTypedSubjectAltNames: [
              { sanType: 3, matcher: { matchPattern: { case: 'prefix', value: 'spiffe://cluster.local/' } } },
            ],
          },
          validationContextSdsSecretConfig: { name: 'ROOTCA', sdsConfig: ads },
        },
      },
      ...common,
    },
    ...change,
  } as MessageInitShape<typeof DownstreamTlsContextSchema>;
  return { name: 'tls', configType: typed(DownstreamTlsContextSchema, context) };
}

const tcp = typed(TcpProxySchema, { statPrefix: 't', clusterSpecifier: { case: 'cluster', value: 'c' } });
const secured = (socket: object): ListenerInit =>
  listener('tcp', tcp, {
    trafficDirection: 1,
    filterChains: [{ filters: [{ name: 'tcp', configType: tcp }], transportSocket: socket }],
  });

function apply(init: ListenerInit, options: Partial<RuntimeOptions> = {}) {
  const runtime = testRuntime(createManualClock(), options);
  const reason = runtime.apply(update(ListenerSchema, [init]));
  return { runtime, reason, table: runtime.tables.listeners.get(init.name) };
}

describe('a listener', () => {
  it('with RDS asks for its routes and points to the place where they will be', () => {
    const { runtime, reason, table } = apply(
      httpListener({
        routeSpecifier: rds('http_proxy'),
        httpProtocolOptions: { allowAbsoluteUrl: true },
        upgradeConfigs: [{ upgradeType: 'websocket' }, { upgradeType: 'CONNECT' }],
        accessLog: [{ name: 'file', configType: typed(FileAccessLogSchema, { path: '/dev/stdout' }) }],
        serverName: 'weft',
        streamIdleTimeout: {},
      }),
    );
    expect(reason).toBeUndefined();
    expect(runtime.wanted().routes).toEqual(['http_proxy']);
    const { handler, ...rest } = table ?? {};
    expect(rest).toMatchObject({ bind: '127.0.0.1', port: 15_001, direction: 'outbound', tls: undefined });
    expect(handler).toMatchObject({
      kind: 'http',
      statPrefix: 'p',
      allowAbsoluteUrl: true,
      allowConnect: true,
      allowWebsocket: true,
      accessLog: true,
      serverName: 'weft',
      streamIdleTimeoutMs: 0,
    });
    if (handler?.kind !== 'http') throw new Error('no http');
    expect(handler.routes.current).toBeUndefined();
    runtime.apply(routeUpdate('http_proxy', [host('h', ['*'], [routeTo('c')])]));
    expect(handler.routes.current?.name).toBe('http_proxy');
    runtime.apply(update(ListenerSchema, [], ['127.0.0.1_15001']));
    expect(runtime.wanted().routes).toEqual([]);
    expect(runtime.tables.routes.size).toBe(0);
    // A connection that drains still has them.
    expect(handler.routes.current?.name).toBe('http_proxy');
  });

  it('with routes of its own gives their changes to open connections too', () => {
    const inline = (cluster: string): ListenerInit =>
      httpListener({
        routeSpecifier: {
          case: 'routeConfig',
          value: create(RouteConfigurationSchema, {
            name: 'in',
            virtualHosts: [host('h', ['*'], [routeTo(cluster)])] as never,
          }),
        },
      });
    const { runtime, table } = apply(inline('first'));
    const handler = table?.handler;
    if (handler?.kind !== 'http') throw new Error('no http');
    expect(handler.routes.current?.match(request('GET a/'))?.name).toBe('first');
    runtime.apply(update(ListenerSchema, [inline('second')]));
    expect(handler.routes.current?.match(request('GET a/'))?.name).toBe('second');
    expect(handler).toMatchObject({ serverName: undefined, streamIdleTimeoutMs: 300_000, accessLog: false });
  });

  it('with a TCP proxy points to its cluster', () => {
    const { table } = apply(listener('tcp', tcp));
    expect(table?.handler).toMatchObject({ kind: 'tcp', idleTimeoutMs: 3_600_000, target: { clusterName: 'c' } });
  });

  it('says whose workload it is, where it came from, and that it is a gateway where this is one', () => {
    const weft = {
      resource: 'Gateway shop/g',
      file: 'g.yaml',
      line: 3,
      rule: 'servers[0]',
      workload: { workload: 'gw', namespace: 'istio-system', app: 'gw', canonicalService: 'gw' },
    };
    const { table } = apply(listener('tcp', tcp, { metadata: { filterMetadata: { weft } } }), { outbound: 'gateway' });
    expect(table?.direction).toBe('gateway');
    expect(table?.from).toEqual({ resource: 'Gateway shop/g', file: 'g.yaml', line: 3, rule: 'servers[0]' });
    expect(table?.workload).toMatchObject({ workload: 'gw', version: 'unknown', canonicalRevision: 'latest' });
  });

  it('with mutual TLS says whom it lets in', () => {
    expect(apply(secured(tlsSocket({}))).table).toMatchObject({
      direction: 'inbound',
      tls: { alpn: ['istio'], requireClientCertificate: true, allowedUriPrefixes: ['spiffe://cluster.local/'] },
    });
  });

  const where = 'Listener 127.0.0.1_15001';
  it.each([
    [listener('tcp', tcp, { useOriginalDst: true }), `${where}: field use_original_dst is not supported`],
    [listener('tcp', tcp, { trafficDirection: 0 }), `${where}: traffic_direction must be INBOUND or OUTBOUND`],
    [listener('tcp', tcp, { filterChains: [] }), `${where}: exactly one filter chain is supported`],
    [listener('tcp', tcp, { address: {} }), `${where}: address.socket_address is missing`],
    [
      listener('x', typed(RouterSchema, {})),
      `${where}: envoy.extensions.filters.http.router.v3.Router is not supported`,
    ],
    [httpListener({ routeSpecifier: rds('') }), `${where}: rds.route_config_name is empty`],
    [httpListener({}), `${where}: route_config or rds is missing`],
    [
      httpListener({ routeSpecifier: rds('r'), httpFilters: [router, router] }),
      `${where}: http_filters: only the router is supported`,
    ],
    [
      httpListener({ routeSpecifier: rds('r'), upgradeConfigs: [{ upgradeType: 'h2c' }] }),
      `${where}: upgrade_configs: h2c is not supported`,
    ],
    [
      httpListener({ routeSpecifier: rds('r'), codecType: 2 }),
      `${where}: codec_type: only AUTO and HTTP1 are supported`,
    ],
    [httpListener({ routeSpecifier: rds('r'), mergeSlashes: true }), `${where}: field merge_slashes is not supported`],
    [
      secured(tlsSocket({ sessionTimeout: { seconds: 1n } })),
      `${where}: transport_socket: field session_timeout is not supported`,
    ],
    [
      secured(tlsSocket({}, { validationContextType: { case: undefined } })),
      `${where}: the peer would not be verified`,
    ],
    [
      secured(tlsSocket({}, { tlsCertificateSdsSecretConfigs: [{ name: 'other', sdsConfig: ads }] })),
      `${where}: secret other is not supported here, only default`,
    ],
  ])('%#: is refused by name for what it does not understand', (init, expected) => {
    expect(apply(init).reason).toBe(expected);
  });
});

describe('the roots of the mesh', () => {
  const secret = (pem: string) => ({
    name: 'ROOTCA',
    type: {
      case: 'validationContext' as const,
      value: { trustedCa: { specifier: { case: 'inlineString' as const, value: pem } } },
    },
  });

  it('are refused where they are no certificate', () => {
    const runtime = testRuntime(createManualClock());
    const reason = runtime.apply(update(SecretSchema, [secret('nonsense') as never]));
    expect(reason).toBe('Secret ROOTCA: validation_context.trusted_ca is no PEM certificate');
    expect(runtime.tables.roots.current).toBeUndefined();
  });

  it('stay in force when they are withdrawn', async () => {
    const { rootPem } = await createTestCa(Date.now());
    const runtime = testRuntime(createManualClock());
    expect(runtime.apply(update(SecretSchema, [secret(rootPem) as never]))).toBeUndefined();
    runtime.apply(update(SecretSchema, [], ['ROOTCA']));
    expect(runtime.tables.roots.current).toBe(rootPem);
  });
});
