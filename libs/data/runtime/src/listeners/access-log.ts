/** Access logs: one of type file with Istio's JSON keys; where it really goes is the proxy's own setting. */

import type { AccessLog } from '@weft/xds-messages/envoy/config/accesslog/v3/accesslog';
import { FileAccessLogSchema } from '@weft/xds-messages/envoy/extensions/access_loggers/file/v3/file';
import { refuse, unpack } from '../check/refuse.ts';

/** @returns whether there is one. */
export function compileAccessLog(logs: readonly AccessLog[], where: string): boolean {
  for (const log of logs) {
    if (log.configType.case !== 'typedConfig') refuse(where, `access_log ${log.name} is not supported`);
    unpack(log.configType.value, FileAccessLogSchema, `${where}: access_log ${log.name}`);
  }
  return logs.length > 0;
}
