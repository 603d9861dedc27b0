/** Where a proxy's accesses are logged: as Telemetries say, else as MeshConfig does (Istio, core/accesslog.go). */

import { type AccessLogTarget, type FileAccessLogProvider, findProvider, mergeAccessLogging } from '@weft/model';
import type { AccessLog, AccessLogFilter } from '@weft/xds-messages/envoy/config/accesslog/v3/accesslog';
import type { SubstitutionFormatString } from '@weft/xds-messages/envoy/config/core/v3/substitution_format_string';
import type { Context } from '../context.ts';
import { celFilter, everyFilter, fileAccessLog, noChainFilter } from '../messages/access-log.ts';
import { celProblem } from './cel-filter.ts';
import { jsonFormat, meshFormat, textFormat } from './log-formats.ts';
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
    const place = fileOf(context, target);
    if (place === undefined) return [];
    const isFiltered = target.filter !== undefined && celProblem(target.filter) === undefined;
    const asked = isFiltered ? [...filters, celFilter(target.filter ?? '')] : filters;
    return [fileAccessLog(place.path, place.format, everyFilter(asked))];
  });
}

interface LogFile {
  readonly path: string;
  readonly format: SubstitutionFormatString;
}

/** Nothing where the provider is no file, which the notices say. */
function fileOf({ world }: Context, { provider: name }: AccessLogTarget): LogFile | undefined {
  const { mesh } = world.input;
  const file = findProvider(mesh, name)?.envoyFileAccessLog;
  if (file === undefined) return undefined;
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
