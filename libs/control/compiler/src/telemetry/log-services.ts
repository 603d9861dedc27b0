/** Access logs that go to a service, for proxies that say they have the logger (Istio, telemetry_logging.go). */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import type { ExtensionProvider, LogLabel, LogLabels, OtelAccessLogProvider, ProviderService } from '@weft/model';
import {
  type AccessLog,
  type AccessLogFilter,
  AccessLogSchema,
} from '@weft/xds-messages/envoy/config/accesslog/v3/accesslog';
import { ApiVersion } from '@weft/xds-messages/envoy/config/core/v3/config_source';
import type { GrpcServiceSchema } from '@weft/xds-messages/envoy/config/core/v3/grpc_service';
import {
  type CommonGrpcAccessLogConfigSchema,
  HttpGrpcAccessLogConfigSchema,
  TcpGrpcAccessLogConfigSchema,
} from '@weft/xds-messages/envoy/extensions/access_loggers/grpc/v3/als';
import { OpenTelemetryAccessLogConfigSchema } from '@weft/xds-messages/envoy/extensions/access_loggers/open_telemetry/v3/logs_service';
import type { AnyValueSchema } from '@weft/xds-messages/opentelemetry/proto/common/v1/common';
import type { Context } from '../context.ts';
import { providerCluster } from '../policies/applied.ts';
import { formatProblem, labelsProblem } from './format-check.ts';
import { istioText } from './log-formats.ts';

export type LogService =
  | { readonly log: (filter: AccessLogFilter | undefined) => AccessLog }
  /** Why there is no log, as the end of a sentence about the provider. */
  | { readonly problem: string };

/** Nothing for a provider that takes no logs as a service. */
export function logService(context: Context, provider: ExtensionProvider): LogService | undefined {
  const kind = kindOf(provider);
  if (kind === undefined) return undefined;
  const { logger, service, pack } = kind;
  if (context.proxy.accessLoggers?.includes(logger) !== true) {
    return { problem: `takes them by ${logger}, which the proxy does not say that it has` };
  }
  const found = providerCluster(context, service.service, service.port, 'collector');
  if ('problem' in found) return { problem: `is not reached: ${found.problem}` };
  const config = pack(found.cluster);
  return {
    log: (filter) =>
      create(AccessLogSchema, {
        name: logger,
        configType: { case: 'typedConfig', value: config },
        ...(filter === undefined ? {} : { filter }),
      }),
  };
}

interface Kind {
  /** Envoy's name of the extension. */
  readonly logger: string;
  readonly service: ProviderService;
  readonly pack: (cluster: string) => Any;
}

function kindOf({ envoyHttpAls, envoyTcpAls, envoyOtelAls }: ExtensionProvider): Kind | undefined {
  if (envoyHttpAls !== undefined) {
    const {
      additionalRequestHeadersToLog = [],
      additionalResponseHeadersToLog = [],
      additionalResponseTrailersToLog = [],
    } = envoyHttpAls;
    const pack = (cluster: string): Any =>
      anyPack(
        HttpGrpcAccessLogConfigSchema,
        create(HttpGrpcAccessLogConfigSchema, {
          commonConfig: common(envoyHttpAls, 'http_envoy_accesslog', cluster),
          additionalRequestHeadersToLog: [...additionalRequestHeadersToLog],
          additionalResponseHeadersToLog: [...additionalResponseHeadersToLog],
          additionalResponseTrailersToLog: [...additionalResponseTrailersToLog],
        }),
      );
    return { logger: 'envoy.access_loggers.http_grpc', service: envoyHttpAls, pack };
  }
  if (envoyTcpAls !== undefined) {
    const pack = (cluster: string): Any =>
      anyPack(
        TcpGrpcAccessLogConfigSchema,
        create(TcpGrpcAccessLogConfigSchema, { commonConfig: common(envoyTcpAls, 'tcp_envoy_accesslog', cluster) }),
      );
    return { logger: 'envoy.access_loggers.tcp_grpc', service: envoyTcpAls, pack };
  }
  if (envoyOtelAls === undefined) return undefined;
  const pack = (cluster: string): Any => openTelemetry(envoyOtelAls, cluster);
  return { logger: 'envoy.access_loggers.open_telemetry', service: envoyOtelAls, pack };
}

interface GrpcLog {
  readonly logName?: string;
  readonly filterStateObjectsToLog?: readonly string[];
}

function common(
  { logName = '', filterStateObjectsToLog = [] }: GrpcLog,
  usualName: string,
  cluster: string,
): MessageInitShape<typeof CommonGrpcAccessLogConfigSchema> {
  return {
    logName: logName || usualName,
    grpcService: grpcService(cluster),
    transportApiVersion: ApiVersion.V3,
    filterStateObjectsToLog: [...filterStateObjectsToLog],
  };
}

function grpcService(clusterName: string): MessageInitShape<typeof GrpcServiceSchema> {
  const authority = clusterName.split('|')[3] ?? clusterName;
  return { targetSpecifier: { case: 'envoyGrpc', value: { clusterName, authority } } };
}

/** A text is the body of each record, Istio's own where there is none; labels are its attributes. */
function openTelemetry(provider: OtelAccessLogProvider, cluster: string): Any {
  const { text = '', labels = {} } = provider.logFormat ?? {};
  const body = text === '' || formatProblem(text) !== undefined ? istioText : text;
  const attributes = labelsProblem(labels) === undefined ? keyValues(labels) : [];
  const config = create(OpenTelemetryAccessLogConfigSchema, {
    grpcService: grpcService(cluster),
    logName: provider.logName || 'otel_envoy_accesslog',
    disableBuiltinLabels: true,
    body: { value: { case: 'stringValue', value: body } },
    ...(attributes.length === 0 ? {} : { attributes: { values: attributes } }),
  });
  return anyPack(OpenTelemetryAccessLogConfigSchema, config);
}

type ValueInit = MessageInitShape<typeof AnyValueSchema>;

/** In the order of the keys. */
function keyValues(labels: LogLabels): { readonly key: string; readonly value: ValueInit }[] {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, value: anyValue(value) }));
}

/** Envoy fills in texts, and those in lists and objects; what is of another type it would refuse: it is written as text. */
function anyValue(value: LogLabel): ValueInit {
  if (isList(value)) return { value: { case: 'arrayValue', value: { values: value.map(anyValue) } } };
  if (typeof value === 'object' && value !== null) {
    return { value: { case: 'kvlistValue', value: { values: keyValues(value) } } };
  }
  return { value: { case: 'stringValue', value: value === null ? '' : String(value) } };
}

function isList(value: LogLabel): value is readonly LogLabel[] {
  return Array.isArray(value);
}
