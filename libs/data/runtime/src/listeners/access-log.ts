/** access_log lists, by the kinds that are plugged in. */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import type { AccessLog, AccessLogFilter } from '@weft/xds-messages/envoy/config/accesslog/v3/accesslog';
import { AccessLogFilterSchema } from '@weft/xds-messages/envoy/config/accesslog/v3/accesslog';
import { StdoutAccessLogSchema } from '@weft/xds-messages/envoy/extensions/access_loggers/stream/v3/stream';
import { checkFields } from '../check/check-fields.ts';
import { refuse, withinPlug } from '../check/refuse.ts';
import { withPlug } from '../check/supported-fields.ts';
import type { Exchange } from '../exchange.ts';
import { checkPlugConfig, type Plugs, typeNameOf } from '../plugs.ts';
import type { AccessLogTable } from '../tables/http-handler.ts';

/** @throws WeftError `config_rejected`, naming the log and its type. */
export function compileAccessLogs(logs: readonly AccessLog[], plugs: Plugs, where: string): readonly AccessLogTable[] {
  return logs.map((log) => {
    const at = `${where}: access_log ${log.name}`;
    if (log.configType.case !== 'typedConfig') return refuse(at, 'typed_config is missing');
    const config = log.configType.value;
    const type = typeNameOf(config);
    const kind = plugs.accessLogs.get(type) ?? refuse(at, `${type} is not supported`);
    checkPlugConfig(config, kind.schema, kind.supported, at);
    if (log.filter !== undefined) {
      const problem = checkFields(AccessLogFilterSchema, log.filter, withPlug(kind.supported));
      if (problem !== undefined) refuse(`${at}: filter`, problem);
    }
    return withinPlug(kind.supported, () => kind.compile(config, log.filter, at));
  });
}

/** A log's filter as a condition of its own: the kind of log for standard output, which every sidecar has, compiles it. @throws WeftError `config_rejected` */
export function compileLogFilter(
  filter: AccessLogFilter,
  plugs: Plugs,
  where: string,
): (exchange: Exchange) => boolean {
  const { typeName } = StdoutAccessLogSchema;
  const kind = plugs.accessLogs.get(typeName) ?? refuse(where, `filter needs ${typeName}`);
  const problem = checkFields(AccessLogFilterSchema, filter, withPlug(kind.supported));
  if (problem !== undefined) refuse(`${where}: filter`, problem);
  const log = anyPack(StdoutAccessLogSchema, create(StdoutAccessLogSchema));
  const { wants } = withinPlug(kind.supported, () => kind.compile(log, filter, where));
  return wants;
}
