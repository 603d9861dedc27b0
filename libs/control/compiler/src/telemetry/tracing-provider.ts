/** Where spans go: an extension provider as Envoy's tracer (Istio, core/tracing.go). */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { findProvider, type OpenTelemetryProvider, type ZipkinProvider } from '@weft/model';
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
  const { http } = provider;
  if (http === undefined) return none('spans by gRPC are not sent, give the provider `http.path`; there are no spans');
  const found = providerCluster(context, provider.service, provider.port, 'collector');
  if ('problem' in found) return none(`${found.problem}; there are no spans`);
  const { proxy } = context;
  const config = create(OpenTelemetryConfigSchema, {
    serviceName: `${canonicalService(proxy.labels, proxy.workloadName)}.${proxy.namespace}`,
    httpService: {
      httpUri: {
        uri: `http://${hostOf(found.cluster)}${http.path.startsWith('/') ? '' : '/'}${http.path}`,
        httpUpstreamType: { case: 'cluster', value: found.cluster },
        timeout: duration(http.timeoutMs ?? defaultTimeoutMs),
      },
    },
  });
  const tracer = create(Tracing_HttpSchema, {
    name: 'envoy.tracers.opentelemetry',
    configType: { case: 'typedConfig', value: anyPack(OpenTelemetryConfigSchema, config) },
  });
  return {
    tracer,
    maxTagLength: provider.maxTagLength,
    problems: [
      ...((http.headers ?? []).length === 0 ? [] : ['headers of the export are left out']),
      ...(provider.resourceDetectors === undefined ? [] : ['resource detectors are left out']),
    ],
  };
}

/** Envoy asks for one. */
const defaultTimeoutMs = 10_000;

function hostOf(cluster: string): string {
  return cluster.split('|')[3] ?? cluster;
}
