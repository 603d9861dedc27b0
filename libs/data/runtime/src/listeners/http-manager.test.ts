/** Connection managers: every setting of the table, its defaults, and what is refused. */

import { OpenTelemetryConfigSchema } from '@weft/xds-messages/envoy/config/trace/v3/opentelemetry';
import { ZipkinConfigSchema } from '@weft/xds-messages/envoy/config/trace/v3/zipkin';
import { RouterSchema } from '@weft/xds-messages/envoy/extensions/filters/http/router/v3/router';
import { UuidRequestIdConfigSchema } from '@weft/xds-messages/envoy/extensions/request_id/uuid/v3/uuid';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../exchange.ts';
import { applyListener, httpHandler, listenerOf, listenerWhere, manager, rds, typed } from '../testing/listeners.ts';
import { ads } from '../testing/resources.ts';

const seconds = (value: number) => ({ seconds: BigInt(value) });
const handlerOf = (change: object, options = {}) => httpHandler(applyListener(listenerOf([manager(change)]), options));

describe('a connection manager', () => {
  it('that says nothing has Envoy’s defaults', () => {
    expect(handlerOf({})).toMatchObject({
      codec: 'auto',
      allowAbsoluteUrl: true,
      acceptHttp10: false,
      accessLogs: [],
      serverName: 'envoy',
      serverNameMode: 'overwrite',
      via: '',
      streamIdleTimeoutMs: 300_000,
      idleTimeoutMs: 3_600_000,
      requestTimeoutMs: 0,
      requestHeadersTimeoutMs: 0,
      maxStreamDurationMs: 0,
      connectionDurationMaxMs: 0,
      requestsPerConnectionMax: 0,
      drainTimeoutMs: 1_000,
      delayedCloseTimeoutMs: 1_000,
      headBytesMax: 61_440,
      headFieldsMax: 100,
      concurrentStreamsMax: 1_024,
      http2: { initialStreamWindow: 0, initialConnectionWindow: 0, pingIntervalMs: 0, extendedConnect: false },
      schemeOverwrite: '',
      underscores: 'allow',
      address: { useRemoteAddress: false, trustedHops: 0, skipXffAppend: false, internalRanges: [] },
      path: { normalize: false, mergeSlashes: false, escapedSlashes: 'keep' },
      requestId: { generate: true, preserveExternal: false, alwaysSetInResponse: false, packTraceReason: true },
      clientCert: { mode: 'sanitize', subject: false, uri: false },
      tracing: undefined,
      stripPort: 'none',
      suppressEnvoyHeaders: false,
    });
  });

  it('takes over what it says', () => {
    const handler = handlerOf({
      codecType: 2,
      serverName: 'weft',
      serverHeaderTransformation: 1,
      via: 'weft',
      streamIdleTimeout: {},
      requestTimeout: seconds(1),
      requestHeadersTimeout: seconds(2),
      drainTimeout: seconds(3),
      delayedCloseTimeout: seconds(4),
      maxRequestHeadersKb: 96,
      commonHttpProtocolOptions: {
        idleTimeout: seconds(5),
        maxConnectionDuration: seconds(6),
        maxStreamDuration: seconds(7),
        maxHeadersCount: 200,
        maxRequestsPerConnection: 8,
        headersWithUnderscoresAction: 2,
      },
      httpProtocolOptions: {
        allowAbsoluteUrl: false,
        acceptHttp10: true,
        defaultHostForHttp10: 'old.test',
        enableTrailers: true,
      },
      http2ProtocolOptions: {
        maxConcurrentStreams: 9,
        initialStreamWindowSize: 65_536,
        initialConnectionWindowSize: 131_072,
        allowConnect: true,
        connectionKeepalive: { interval: seconds(10), timeout: seconds(1) },
      },
      upgradeConfigs: [{ upgradeType: 'websocket' }, { upgradeType: 'CONNECT' }, { upgradeType: 'x', enabled: false }],
      useRemoteAddress: true,
      xffNumTrustedHops: 2,
      skipXffAppend: true,
      internalAddressConfig: { cidrRanges: [{ addressPrefix: '10.0.0.0', prefixLen: 8 }] },
      normalizePath: true,
      mergeSlashes: true,
      pathWithEscapedSlashesAction: 3,
      generateRequestId: false,
      preserveExternalRequestId: true,
      alwaysSetRequestIdInResponse: true,
      requestIdExtension: {
        typedConfig: typed(UuidRequestIdConfigSchema, { packTraceReason: false, useRequestIdForTraceSampling: false })
          .value,
      },
      forwardClientCertDetails: 2,
      setCurrentClientCertDetails: { subject: true, uri: true, dns: true },
      stripPortMode: { case: 'stripAnyHostPort', value: true },
      stripTrailingHostDot: true,
      schemeHeaderTransformation: { transformation: { case: 'schemeToOverwrite', value: 'https' } },
      appendXForwardedPort: true,
      proxy100Continue: true,
      httpFilters: [
        { name: 'router', configType: typed(RouterSchema, { suppressEnvoyHeaders: true, startChildSpan: true }) },
      ],
    });
    expect(handler).toMatchObject({
      codec: 'http2',
      serverName: 'weft',
      serverNameMode: 'append',
      via: 'weft',
      streamIdleTimeoutMs: 0,
      requestTimeoutMs: 1_000,
      requestHeadersTimeoutMs: 2_000,
      drainTimeoutMs: 3_000,
      delayedCloseTimeoutMs: 4_000,
      headBytesMax: 98_304,
      idleTimeoutMs: 5_000,
      connectionDurationMaxMs: 6_000,
      maxStreamDurationMs: 7_000,
      headFieldsMax: 200,
      requestsPerConnectionMax: 8,
      underscores: 'drop',
      allowAbsoluteUrl: false,
      acceptHttp10: true,
      defaultHost: 'old.test',
      concurrentStreamsMax: 9,
      http2: {
        initialStreamWindow: 65_536,
        initialConnectionWindow: 131_072,
        pingIntervalMs: 10_000,
        pingTimeoutMs: 1_000,
        extendedConnect: true,
      },
      address: { useRemoteAddress: true, trustedHops: 2, skipXffAppend: true, internalRanges: ['10.0.0.0/8'] },
      path: { normalize: true, mergeSlashes: true, escapedSlashes: 'unescape-redirect' },
      requestId: {
        generate: false,
        preserveExternal: true,
        alwaysSetInResponse: true,
        packTraceReason: false,
        useForTraceSampling: false,
      },
      clientCert: { mode: 'append-forward', subject: true, cert: false, chain: false, dns: true, uri: true },
      stripPort: 'any',
      stripTrailingHostDot: true,
      schemeOverwrite: 'https',
      appendForwardedPort: true,
      proxy100Continue: true,
      suppressEnvoyHeaders: true,
    });
    expect([...handler.upgrades]).toEqual(['websocket', 'connect']);
  });

  it('lets the server’s name of the endpoint pass where it says so', () => {
    expect(handlerOf({ serverHeaderTransformation: 2 })).toMatchObject({
      serverName: undefined,
      serverNameMode: 'pass',
    });
  });

  it.each([
    [{ routeSpecifier: rds('') }, 'rds.route_config_name is empty'],
    [{ routeSpecifier: { case: undefined } }, 'route_config or rds is missing'],
    [{ routeSpecifier: { case: 'rds', value: { routeConfigName: 'r' } } }, 'rds.config_source: only ads is supported'],
    [{ routeSpecifier: { case: 'scopedRoutes', value: {} } }, 'field scoped_routes is not supported'],
    [{ codecType: 3 }, 'codec_type: HTTP3 is not supported'],
    [{ addUserAgent: true }, 'field add_user_agent is not supported'],
    [{ upgradeConfigs: [{ upgradeType: '' }] }, 'upgrade_configs: upgrade_type is empty'],
    [{ maxRequestHeadersKb: 8_193 }, 'max_request_headers_kb must be 1 to 8192'],
    [{ commonHttpProtocolOptions: { maxHeadersCount: 0 } }, 'max_headers_count must be over 0'],
    [
      { http2ProtocolOptions: { connectionKeepalive: { interval: seconds(1) } } },
      'http2_protocol_options.connection_keepalive.timeout is missing',
    ],
    [{ http2ProtocolOptions: { allowMetadata: true } }, 'field http2_protocol_options.allow_metadata is not supported'],
    [
      { httpProtocolOptions: { headerKeyFormat: { headerFormat: { case: 'properCaseWords', value: {} } } } },
      'field http_protocol_options.header_key_format is not supported',
    ],
    [
      { schemeHeaderTransformation: { transformation: { case: 'schemeToOverwrite', value: 'ftp' } } },
      'scheme_header_transformation: only http and https',
    ],
    [
      { internalAddressConfig: { cidrRanges: [{ addressPrefix: 'x', prefixLen: 8 }] } },
      'internal_address_config.cidr_ranges: x/8 is no range of addresses',
    ],
    [
      { requestIdExtension: { typedConfig: typed(RouterSchema, {}).value } },
      'request_id_extension: envoy.extensions.filters.http.router.v3.Router is not supported',
    ],
    [
      { accessLog: [{ name: 'l', configType: typed(RouterSchema, {}) }] },
      'access_log l: envoy.extensions.filters.http.router.v3.Router is not supported',
    ],
  ])('%#: is refused by name for what it does not do', (change, reason) => {
    expect(applyListener(listenerOf([manager(change)])).reason).toBe(`${listenerWhere}: ${reason}`);
  });
});

describe('tracing', () => {
  const percent = (value: number) => ({ value });
  const otlp = {
    name: 'otel',
    configType: typed(OpenTelemetryConfigSchema, {
      serviceName: 'shop',
      httpService: {
        httpUri: {
          uri: 'http://collector.test:4318/v1/traces?a=b',
          httpUpstreamType: { case: 'cluster', value: 'collector' },
          timeout: seconds(2),
        },
      },
    }),
  };

  it('has Envoy’s samplings, and sends nothing without a provider', () => {
    expect(handlerOf({ tracing: {} }).tracing).toEqual({
      clientSampling: 100,
      randomSampling: 100,
      overallSampling: 100,
      maxPathTagLength: 256,
      spawnUpstreamSpan: false,
      customTags: [],
      provider: undefined,
    });
  });

  it('goes to a collector over OTLP', () => {
    const { tracing } = handlerOf({
      tracing: { randomSampling: percent(1), maxPathTagLength: 10, spawnUpstreamSpan: true, provider: otlp },
    });
    expect(tracing).toMatchObject({ randomSampling: 1, maxPathTagLength: 10, spawnUpstreamSpan: true });
    expect(tracing?.provider).toMatchObject({
      kind: 'otlp',
      target: '/v1/traces?a=b',
      authority: 'collector.test:4318',
      serviceName: 'shop',
      propagation: 'w3c',
      timeoutMs: 2_000,
    });
  });

  it('goes to Zipkin', () => {
    const zipkin = {
      collectorCluster: 'z',
      collectorEndpoint: '/api/v2/spans',
      collectorEndpointVersion: 1,
      traceId128bit: true,
      sharedSpanContext: false,
    };
    const { tracing } = handlerOf({
      tracing: { provider: { name: 'z', configType: typed(ZipkinConfigSchema, zipkin as never) } },
    });
    expect(tracing?.provider).toMatchObject({
      kind: 'zipkin',
      target: '/api/v2/spans',
      authority: 'z',
      propagation: 'b3',
      traceId128Bit: true,
      sharedSpanContext: false,
    });
  });

  it('has tags of a literal, the environment, a field of the request and dynamic metadata', () => {
    const tag = (name: string, kind: string, value: object) => ({ tag: name, type: { case: kind, value } });
    const { tracing } = handlerOf(
      {
        tracing: {
          customTags: [
            tag('l', 'literal', { value: 'x' }),
            tag('e', 'environment', { name: 'POD', defaultValue: 'none' }),
            tag('missing', 'environment', { name: 'NO', defaultValue: 'none' }),
            tag('h', 'requestHeader', { name: 'X-User', defaultValue: 'nobody' }),
            tag('a', 'requestHeader', { name: ':authority' }),
            tag('m', 'metadata', {
              kind: { kind: { case: 'request', value: {} } },
              metadataKey: { key: 'ns', path: [{ segment: { case: 'key', value: 'deep' } }] },
            }),
          ],
        },
      },
      { environment: (name: string) => (name === 'POD' ? 'p-1' : undefined) },
    );
    const exchange = {
      authority: 'shop.test',
      request: { header: () => undefined },
      metadata: new Map([['ns', { deep: { a: 1 } }]]),
    } as unknown as Exchange;
    const values = tracing?.customTags.map(({ name, value }) => `${name}=${value(exchange)}`);
    expect(values).toEqual(['l=x', 'e=p-1', 'missing=none', 'h=nobody', 'a=shop.test', 'm={"a":1}']);
  });

  it.each([
    [typed(RouterSchema, {}), 'envoy.extensions.filters.http.router.v3.Router is not supported'],
    [typed(OpenTelemetryConfigSchema, {}), 'http_service.http_uri is missing'],
    [
      typed(OpenTelemetryConfigSchema, { grpcService: { timeout: seconds(1) } }),
      'grpc_service.envoy_grpc.cluster_name is missing',
    ],
    [
      typed(ZipkinConfigSchema, { collectorCluster: 'z', collectorEndpointVersion: 2 }),
      'collector_endpoint_version: only HTTP_JSON is supported',
    ],
  ])('%#: is refused by name for a provider that it does not have', (configType, reason) => {
    const { reason: refusal } = applyListener(
      listenerOf([manager({ tracing: { provider: { name: 'p', configType } } })]),
    );
    expect(refusal).toBe(`${listenerWhere}: tracing.provider: ${reason}`);
  });
});

it('the stream that brought a listener is the only place that its routes come from', () => {
  expect(
    applyListener(
      listenerOf([manager({ routeSpecifier: { case: 'rds', value: { configSource: ads, routeConfigName: 'x' } } })]),
    ).reason,
  ).toBeUndefined();
});
