/** SubstitutionFormatString: a format with its kind. */

import type { SubstitutionFormatString } from '@weft/xds-messages/envoy/config/core/v3/substitution_format_string';
import { refuse } from '../check/refuse.ts';
import type { Exchange } from '../exchange.ts';
import { compileFormat } from './compile-format.ts';
import { compileJsonFormat, type JsonFormatOptions } from './compile-json-format.ts';

export interface CompiledFormatString {
  /** "text/plain" or "application/json" unless the message says another. */
  readonly contentType: string;
  /** JSON comes with a line end, a text as it is written. */
  render(exchange: Exchange): string;
}

/** Formatters that add operators which are always there. */
const knownFormatters = [
  'envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery',
  'envoy.extensions.formatter.metadata.v3.Metadata',
];

/** @throws WeftError `config_rejected`. */
export function compileFormatString(
  message: SubstitutionFormatString,
  where: string,
  options: JsonFormatOptions = {},
): CompiledFormatString {
  for (const { name, typedConfig } of message.formatters) {
    const type = typedConfig?.typeUrl.replace(/^.*\//, '') ?? '';
    if (!knownFormatters.includes(type)) refuse(where, `formatter ${name} is not supported (${type})`);
  }
  const omitEmpty = message.omitEmptyValues;
  const { format } = message;
  if (format.case === 'jsonFormat') {
    const write = compileJsonFormat(format.value, where, { ...options, omitEmpty });
    return { contentType: message.contentType || 'application/json', render: (exchange) => `${write(exchange)}\n` };
  }
  const text = format.case === 'textFormat' ? format.value : inlineText(message, where);
  const compiled = compileFormat(text, where, { ...options, missing: omitEmpty ? '' : '-' });
  const missing = omitEmpty ? '' : '-';
  return {
    contentType: message.contentType || 'text/plain',
    render: (exchange) => compiled.render(exchange) ?? missing,
  };
}

function inlineText({ format }: SubstitutionFormatString, where: string): string {
  const source = format.case === 'textFormatSource' ? format.value.specifier : undefined;
  if (source?.case === 'inlineString') return source.value;
  if (source?.case === 'inlineBytes') return Buffer.from(source.value).toString('utf8');
  return refuse(where, `log_format ${source?.case ?? 'without a format'} is not supported`);
}
