/** The access loggers that xDS names: file, standard output, standard error. */

import { type AccessLogKind, type FormatOptions, formatStringFields, refuse, unpack } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import type { AccessLogFilter } from '@weft/xds-messages/envoy/config/accesslog/v3/accesslog';
import type { SubstitutionFormatString } from '@weft/xds-messages/envoy/config/core/v3/substitution_format_string';
import {
  type FileAccessLog,
  FileAccessLogSchema,
} from '@weft/xds-messages/envoy/extensions/access_loggers/file/v3/file';
import {
  StderrAccessLogSchema,
  StdoutAccessLogSchema,
} from '@weft/xds-messages/envoy/extensions/access_loggers/stream/v3/stream';
import { compileLogFilter, logFilterFields } from './filters.ts';
import { compileLine } from './formats.ts';

export interface AccessLogKindDeps extends FormatOptions {
  readonly random: Random;
}

const file = 'envoy.extensions.access_loggers.file.v3.FileAccessLog';
const stdout = 'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog';
const stderr = 'envoy.extensions.access_loggers.stream.v3.StderrAccessLog';

export function createFileLogKinds(deps: AccessLogKindDeps): readonly AccessLogKind[] {
  const { random } = deps;
  const table = (
    path: string,
    format: SubstitutionFormatString | undefined,
    filter: AccessLogFilter | undefined,
    where: string,
  ) => {
    const wants = filter === undefined ? () => true : compileLogFilter(filter, `${where}: filter`, random);
    return { kind: 'file', path, wants, line: compileLine(format, where, deps) };
  };
  return [
    {
      schema: FileAccessLogSchema,
      supported: {
        [file]: ['path', 'format', 'json_format', 'typed_json_format', 'log_format'],
        ...formatStringFields,
        ...logFilterFields,
      },
      compile(config, filter, where) {
        const message = unpack(config, FileAccessLogSchema, where);
        if (message.path === '') refuse(where, 'path is empty');
        return table(message.path, fileFormat(message), filter, where);
      },
    },
    ...[
      { schema: StdoutAccessLogSchema, name: stdout, path: '/dev/stdout' },
      { schema: StderrAccessLogSchema, name: stderr, path: '/dev/stderr' },
    ].map(
      ({ schema, name, path }): AccessLogKind => ({
        schema,
        supported: { [name]: ['log_format'], ...formatStringFields, ...logFilterFields },
        compile(config, filter, where) {
          const { accessLogFormat } = unpack(config, schema, where);
          return table(path, accessLogFormat.value, filter, where);
        },
      }),
    ),
  ];
}

/** The deprecated forms are the same format in other words. */
function fileFormat({ accessLogFormat: given }: FileAccessLog): SubstitutionFormatString | undefined {
  const wrap = (format: SubstitutionFormatString['format']) =>
    ({ format, formatters: [], omitEmptyValues: false, contentType: '' }) as unknown as SubstitutionFormatString;
  switch (given.case) {
    case undefined:
      return undefined;
    case 'logFormat':
      return given.value;
    case 'format':
      return given.value === '' ? undefined : wrap({ case: 'textFormat', value: given.value });
    default:
      return wrap({ case: 'jsonFormat', value: given.value });
  }
}
