/** Where a proxy's accesses are logged: as Telemetries say, else as MeshConfig does (Istio, core/accesslog.go). */

import { type AccessLogTarget, type FileAccessLogProvider, findProvider, mergeAccessLogging } from '@weft/model';
import type { AccessLog, AccessLogFilter } from '@weft/xds-messages/envoy/config/accesslog/v3/accesslog';
import type { SubstitutionFormatString } from '@weft/xds-messages/envoy/config/core/v3/substitution_format_string';
import type { Context } from '../context.ts';
import { celFilter, everyFilter, fileAccessLog, noChainFilter } from '../messages/access-log.ts';
import { celProblem } from './cel-filter.ts';
import { jsonFormat, meshFormat, textFormat } from './log-formats.ts';
import { logService } from './log-services.ts';
import { type Side, telemetriesOf, trafficSide } from './side.ts';

/** Of requests, or of connections that are passed on as bytes. */
export function accessLogs(context: Context, side: Side): AccessLog[] {
  return logs(context, side, []);
}

/** Of what no filter chain takes. */
export function listenerAccessLogs(context: Context, side: Side): AccessLog[] {
  return logs(context, side, [noChainFilter()]);
}

function logs(context: Context, side: Side, filters: readonly AccessLogFilter[]): AccessLog[] {
  const { mesh } = context.world.input;
  const targets = mergeAccessLogging(telemetriesOf(context), mesh, trafficSide(side));
  if (targets === undefined) {
    const { accessLogFile } = mesh;
    return accessLogFile === '' ? [] : [fileAccessLog(accessLogFile, meshFormat(mesh), everyFilter(filters))];
  }
  return targets.flatMap((target) => {
    const isFiltered = target.filter !== undefined && celProblem(target.filter) === undefined;
    const asked = isFiltered ? [...filters, celFilter(target.filter ?? '')] : filters;
    return logOf(context, target, everyFilter(asked)) ?? [];
  });
}

/** Nothing where the provider takes no logs of this proxy, which the notices say. */
function logOf(context: Context, target: AccessLogTarget, filter: AccessLogFilter | undefined): AccessLog | undefined {
  const provider = findProvider(context.world.input.mesh, target.provider);
  if (provider === undefined) return undefined;
  const { envoyFileAccessLog: file, name } = provider;
  if (file !== undefined) {
    const { path, format } = fileOf(context, name, file);
    return fileAccessLog(path, format, filter);
  }
  const service = logService(context, provider);
  return service !== undefined && 'log' in service ? service.log(filter) : undefined;
}

/** All that logs are made from besides telemetries and the mesh configuration: for the cache of listeners. */
export function accessLogInputs({ proxy, scope, world }: Context): readonly unknown[] {
  const loggers = proxy.accessLoggers ?? [];
  const isAsked = world.input.mesh.extensionProviders.some(
    ({ envoyHttpAls, envoyTcpAls, envoyOtelAls }) => (envoyHttpAls ?? envoyTcpAls ?? envoyOtelAls) !== undefined,
  );
  return [loggers.join(), isAsked && loggers.length > 0 ? scope.view : undefined];
}

interface LogFile {
  readonly path: string;
  readonly format: SubstitutionFormatString;
}

function fileOf({ world }: Context, name: string, file: FileAccessLogProvider): LogFile {
  const { mesh } = world.input;
  const path = file.path || defaultPath;
  // The provider that is always there writes as the mesh configuration says.
  const isBuiltIn = name.toLowerCase() === 'envoy' && file.logFormat === undefined;
  return { path, format: isBuiltIn ? meshFormat(mesh) : providerFormat(file) };
}

const defaultPath = '/dev/stdout';

function providerFormat({ logFormat, omitEmptyValues }: FileAccessLogProvider): SubstitutionFormatString {
  if (logFormat?.labels !== undefined) return jsonFormat(logFormat.labels, omitEmptyValues);
  return textFormat(logFormat?.text ?? '', omitEmptyValues);
}
