/** access_log lists, by the kinds that are plugged in. */

import type { AccessLog } from '@weft/xds-messages/envoy/config/accesslog/v3/accesslog';
import { AccessLogFilterSchema } from '@weft/xds-messages/envoy/config/accesslog/v3/accesslog';
import { checkFields } from '../check/check-fields.ts';
import { refuse, withinPlug } from '../check/refuse.ts';
import { withPlug } from '../check/supported-fields.ts';
import { checkPlugConfig, type Plugs, typeNameOf } from '../plugs.ts';
import type { AccessLogTable } from '../tables.ts';

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
