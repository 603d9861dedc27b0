/** Access logs as Envoy reads them: a file, and which accesses are written. */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import {
  type AccessLog,
  type AccessLogFilter,
  AccessLogFilterSchema,
  AccessLogSchema,
} from '@weft/xds-messages/envoy/config/accesslog/v3/accesslog';
import type { SubstitutionFormatString } from '@weft/xds-messages/envoy/config/core/v3/substitution_format_string';
import { FileAccessLogSchema } from '@weft/xds-messages/envoy/extensions/access_loggers/file/v3/file';
import { ExpressionFilterSchema } from '@weft/xds-messages/envoy/extensions/access_loggers/filters/cel/v3/cel';

/** @param filter absent: every access. */
export function fileAccessLog(path: string, format: SubstitutionFormatString, filter?: AccessLogFilter): AccessLog {
  const file = create(FileAccessLogSchema, { path, accessLogFormat: { case: 'logFormat', value: format } });
  return create(AccessLogSchema, {
    name: 'envoy.access_loggers.file',
    configType: { case: 'typedConfig', value: anyPack(FileAccessLogSchema, file) },
    ...(filter === undefined ? {} : { filter }),
  });
}

/** @param expression CEL. */
export function celFilter(expression: string): AccessLogFilter {
  const value = anyPack(ExpressionFilterSchema, create(ExpressionFilterSchema, { expression }));
  return create(AccessLogFilterSchema, {
    filterSpecifier: {
      case: 'extensionFilter',
      value: { name: 'envoy.access_loggers.extension_filters.cel', configType: { case: 'typedConfig', value } },
    },
  });
}

/** Connections that no filter chain takes: the one thing that only the listener itself sees. */
export function noChainFilter(): AccessLogFilter {
  return create(AccessLogFilterSchema, { filterSpecifier: { case: 'responseFlagFilter', value: { flags: ['NR'] } } });
}

/** Accesses that all filters let through. */
export function everyFilter(filters: readonly AccessLogFilter[]): AccessLogFilter | undefined {
  if (filters.length < 2) return filters[0];
  return create(AccessLogFilterSchema, { filterSpecifier: { case: 'andFilter', value: { filters: [...filters] } } });
}
