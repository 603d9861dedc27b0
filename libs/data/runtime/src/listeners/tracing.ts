/** tracing of a connection manager: how often, with which tags, and where spans go. */

import { type Any, anyIs } from '@bufbuild/protobuf/wkt';
import type { HeaderValue } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { GrpcService } from '@weft/xds-messages/envoy/config/core/v3/grpc_service';
import type { HttpService } from '@weft/xds-messages/envoy/config/core/v3/http_service';
import { OpenTelemetryConfigSchema } from '@weft/xds-messages/envoy/config/trace/v3/opentelemetry';
import {
  ZipkinConfig_CollectorEndpointVersion as CollectorVersion,
  ZipkinConfigSchema,
} from '@weft/xds-messages/envoy/config/trace/v3/zipkin';
import type { HttpConnectionManager_Tracing } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { CustomTag } from '@weft/xds-messages/envoy/type/tracing/v3/custom_tag';
import { refuse, unpack } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import type { Exchange } from '../exchange.ts';
import { pathTagLengthMax, spanExportTimeoutMs } from '../limits.ts';
import { typeNameOf } from '../plugs.ts';
import type { TracingTable } from '../tables/http-handler.ts';
import type { ListenerContext } from './listener-context.ts';

type Provider = TracingTable['provider'];

/** @throws WeftError `config_rejected` */
export function compileTracing(
  tracing: HttpConnectionManager_Tracing | undefined,
  context: ListenerContext,
  where: string,
): TracingTable | undefined {
  if (tracing === undefined) return undefined;
  const at = `${where}: tracing`;
  const config = tracing.provider?.configType;
  return {
    clientSampling: tracing.clientSampling?.value ?? 100,
    randomSampling: tracing.randomSampling?.value ?? 100,
    overallSampling: tracing.overallSampling?.value ?? 100,
    maxPathTagLength: tracing.maxPathTagLength ?? pathTagLengthMax,
    spawnUpstreamSpan: tracing.spawnUpstreamSpan === true,
    customTags: tracing.customTags.map((tag) => compileTag(tag, context, at)),
    provider: config?.value === undefined ? undefined : compileProvider(config.value, context, `${at}.provider`),
  };
}

function compileProvider(config: Any, context: ListenerContext, where: string): Provider {
  if (anyIs(config, OpenTelemetryConfigSchema)) {
    const { httpService, grpcService, serviceName } = unpack(config, OpenTelemetryConfigSchema, where);
    const exported = grpcService === undefined ? httpExport(httpService, where) : grpcExport(grpcService, where);
    const { cluster, ...rest } = exported;
    return {
      kind: 'otlp',
      cluster: context.routes.clusterRef(cluster),
      ...rest,
      serviceName: serviceName || 'unknown_service:envoy',
      propagation: 'w3c',
      traceId128Bit: true,
      sharedSpanContext: false,
    };
  }
  if (!anyIs(config, ZipkinConfigSchema)) return refuse(where, `${typeNameOf(config)} is not supported`);
  const zipkin = unpack(config, ZipkinConfigSchema, where);
  if (zipkin.collectorEndpointVersion !== CollectorVersion.HTTP_JSON) {
    refuse(where, 'collector_endpoint_version: only HTTP_JSON is supported');
  }
  if (zipkin.collectorCluster === '') refuse(where, 'collector_cluster is missing');
  return {
    kind: 'zipkin',
    cluster: context.routes.clusterRef(zipkin.collectorCluster),
    target: zipkin.collectorEndpoint,
    authority: zipkin.collectorHostname || zipkin.collectorCluster,
    serviceName: '',
    fields: [],
    grpc: false,
    propagation: 'b3',
    timeoutMs: spanExportTimeoutMs,
    traceId128Bit: zipkin.traceId128bit,
    sharedSpanContext: zipkin.sharedSpanContext !== false,
  };
}

type Export = Omit<
  NonNullable<Provider>,
  'kind' | 'cluster' | 'serviceName' | 'propagation' | 'traceId128Bit' | 'sharedSpanContext'
> & { readonly cluster: string };

function httpExport(service: HttpService | undefined, where: string): Export {
  const uri = service?.httpUri;
  if (uri === undefined) return refuse(where, 'http_service.http_uri is missing');
  if (uri.httpUpstreamType.value === undefined) return refuse(where, 'http_service.http_uri.cluster is missing');
  if (!URL.canParse(uri.uri)) return refuse(where, `http_service.http_uri.uri ${JSON.stringify(uri.uri)} is no URL`);
  const url = new URL(uri.uri);
  return {
    cluster: uri.httpUpstreamType.value,
    target: `${url.pathname}${url.search}`,
    authority: url.host,
    fields: fieldsOf((service?.requestHeadersToAdd ?? []).map(({ header }) => header)),
    grpc: false,
    timeoutMs: milliseconds(uri.timeout, spanExportTimeoutMs),
  };
}

function grpcExport({ targetSpecifier, timeout, initialMetadata }: GrpcService, where: string): Export {
  if (targetSpecifier.case !== 'envoyGrpc' || targetSpecifier.value.clusterName === '')
    return refuse(where, 'grpc_service.envoy_grpc.cluster_name is missing');
  const { clusterName, authority } = targetSpecifier.value;
  return {
    cluster: clusterName,
    target: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    authority: authority || clusterName,
    fields: fieldsOf(initialMetadata),
    grpc: true,
    timeoutMs: milliseconds(timeout, spanExportTimeoutMs),
  };
}

function fieldsOf(headers: readonly (HeaderValue | undefined)[]): readonly string[] {
  return headers.flatMap((header) => (header === undefined ? [] : [header.key.toLowerCase(), header.value]));
}

/** A tag without a value is left out of the span. */
function compileTag(custom: CustomTag, context: ListenerContext, where: string): TracingTable['customTags'][number] {
  const { tag, type } = custom;
  const constant = (value: string): TracingTable['customTags'][number] => {
    const given = value === '' ? undefined : value;
    return { name: tag, value: () => given };
  };
  switch (type.case) {
    case 'literal':
      return constant(type.value.value);
    case 'environment':
      return constant(context.environment(type.value.name) ?? type.value.defaultValue);
    case 'requestHeader': {
      const name = type.value.name.toLowerCase();
      const absent = type.value.defaultValue || undefined;
      return { name: tag, value: (exchange) => headerOf(exchange, name) ?? absent };
    }
    case 'metadata': {
      const { kind, metadataKey, defaultValue } = type.value;
      if (kind?.kind.case !== 'request')
        return refuse(where, `custom_tags ${tag}: only metadata of the request is supported`);
      if (metadataKey === undefined) return refuse(where, `custom_tags ${tag}: metadata_key is missing`);
      const path = metadataKey.path.map(({ segment }) => segment.value ?? '');
      const absent = defaultValue || undefined;
      return { name: tag, value: (exchange) => metadataOf(exchange, metadataKey.key, path) ?? absent };
    }
    default:
      return refuse(where, `custom_tags ${tag} has no value`);
  }
}

function headerOf(exchange: Exchange, name: string): string | undefined {
  switch (name) {
    case ':authority':
    case 'host':
      return exchange.authority;
    case ':method':
      return exchange.method;
    case ':path':
      return exchange.hasQuery ? `${exchange.path}?${exchange.query}` : exchange.path;
    case ':scheme':
      return exchange.scheme;
    default:
      return exchange.request.header(name);
  }
}

function metadataOf(exchange: Exchange, namespace: string, path: readonly string[]): string | undefined {
  let value: unknown = exchange.metadata?.get(namespace);
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
