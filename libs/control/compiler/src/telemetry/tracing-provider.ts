/** Where spans go: an extension provider as Envoy's tracer (Istio, core/tracing.go). */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { findProvider, type OpenTelemetryProvider, type ZipkinProvider } from '@weft/model';
import { HeaderValueOption_HeaderAppendAction } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { GrpcServiceSchema } from '@weft/xds-messages/envoy/config/core/v3/grpc_service';
import type { HttpServiceSchema } from '@weft/xds-messages/envoy/config/core/v3/http_service';
import { type Tracing_Http, Tracing_HttpSchema } from '@weft/xds-messages/envoy/config/trace/v3/http_tracer';
import { OpenTelemetryConfigSchema } from '@weft/xds-messages/envoy/config/trace/v3/opentelemetry';
import {
  ZipkinConfig_CollectorEndpointVersion,
  ZipkinConfigSchema,
} from '@weft/xds-messages/envoy/config/trace/v3/zipkin';
import type { Context } from '../context.ts';
import { duration } from '../messages/core.ts';
import { providerCluster } from '../policies/applied.ts';
import { canonicalService } from '../workload-labels.ts';

export interface TracingProvider {
  /** Nothing: no spans. */
  readonly tracer: Tracing_Http | undefined;
  readonly maxTagLength?: number | undefined;
  /** What could not be done as written. */
  readonly problems: readonly string[];
}

/** @param name of an extension provider. */
export function tracingProvider(context: Context, name: string): TracingProvider {
  const provider = findProvider(context.world.input.mesh, name);
  if (provider?.zipkin !== undefined) return zipkin(context, provider.zipkin);
  if (provider?.opentelemetry !== undefined) return openTelemetry(context, provider.opentelemetry);
  const problem = provider === undefined ? `there is no extension provider ${name}` : `${name} takes no spans`;
  return none(`${problem}; there are none`);
}

/** `defaultConfig.tracing.zipkin`, of a mesh from before extension providers: "zipkin.tracing:9411". */
export function zipkinAt(context: Context, address: string): TracingProvider {
  const colon = address.lastIndexOf(':');
  const port = Number(address.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port)) return none(`${address} is no host:port; there are no spans`);
  return zipkin(context, { service: address.slice(0, colon), port });
}

function none(...problems: string[]): TracingProvider {
  return { tracer: undefined, problems };
}

function zipkin(context: Context, provider: ZipkinProvider): TracingProvider {
  const found = providerCluster(context, provider.service, provider.port, 'collector');
  if ('problem' in found) return none(`${found.problem}; there are no spans`);
  const config = create(ZipkinConfigSchema, {
    collectorCluster: found.cluster,
    collectorEndpoint: provider.path || '/api/v2/spans',
    collectorEndpointVersion: ZipkinConfig_CollectorEndpointVersion.HTTP_JSON,
    collectorHostname: hostOf(found.cluster),
    traceId128bit: provider.enable64bitTraceId !== true,
    sharedSpanContext: false,
  });
  const tracer = create(Tracing_HttpSchema, {
    name: 'envoy.tracers.zipkin',
    configType: { case: 'typedConfig', value: anyPack(ZipkinConfigSchema, config) },
  });
  const problems =
    provider.traceContextOption === 'USE_B3_WITH_W3C_PROPAGATION' ? ['contexts travel as B3 headers alone'] : [];
  return { tracer, maxTagLength: provider.maxTagLength, problems };
}

function openTelemetry(context: Context, provider: OpenTelemetryProvider): TracingProvider {
  const found = providerCluster(context, provider.service, provider.port, 'collector');
  if ('problem' in found) return none(`${found.problem}; there are no spans`);
  const { proxy } = context;
  const config = create(OpenTelemetryConfigSchema, {
    serviceName: `${canonicalService(proxy.labels, proxy.workloadName)}.${proxy.namespace}`,
    ...(provider.http === undefined
      ? { grpcService: grpcExport(provider.grpc, found.cluster) }
      : { httpService: httpExport(provider.http, found.cluster) }),
  });
  const tracer = create(Tracing_HttpSchema, {
    name: 'envoy.tracers.opentelemetry',
    configType: { case: 'typedConfig', value: anyPack(OpenTelemetryConfigSchema, config) },
  });
  return {
    tracer,
    maxTagLength: provider.maxTagLength,
    problems: [...(provider.resourceDetectors === undefined ? [] : ['resource detectors are left out'])],
  };
}

function httpExport(
  { path, timeoutMs, headers = [] }: NonNullable<OpenTelemetryProvider['http']>,
  cluster: string,
): MessageInitShape<typeof HttpServiceSchema> {
  return {
    httpUri: {
      uri: `http://${hostOf(cluster)}${path.startsWith('/') ? '' : '/'}${path}`,
      httpUpstreamType: { case: 'cluster', value: cluster },
      timeout: duration(timeoutMs ?? defaultTimeoutMs),
    },
    requestHeadersToAdd: headers.map(({ name, value }) => ({
      header: { key: name, value },
      appendAction: HeaderValueOption_HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
    })),
  };
}

function grpcExport(
  { timeoutMs, initialMetadata = [] }: NonNullable<OpenTelemetryProvider['grpc']> = {},
  cluster: string,
): MessageInitShape<typeof GrpcServiceSchema> {
  return {
    targetSpecifier: { case: 'envoyGrpc', value: { clusterName: cluster, authority: hostOf(cluster) } },
    timeout: duration(timeoutMs ?? defaultTimeoutMs),
    initialMetadata: initialMetadata.map(({ name, value }) => ({ key: name, value })),
  };
}

/** Envoy asks for one. */
const defaultTimeoutMs = 10_000;

function hostOf(cluster: string): string {
  return cluster.split('|')[3] ?? cluster;
}
