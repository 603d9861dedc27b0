/** local_reply_config: what becomes of the answers that the proxy makes itself. */

import type {
  LocalReplyConfig,
  ResponseMapper,
} from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { refuse } from '../check/refuse.ts';
import type { Exchange } from '../exchange.ts';
import { type CompiledFormatString, compileFormatString } from '../format/format-string.ts';
import { localReplyBodyMax } from '../limits.ts';
import type { Plugs } from '../plugs.ts';
import { compileMutation } from '../routes/header-mutation.ts';
import type { LocalReply } from '../tables/http-handler.ts';
import type { HeaderMutation } from '../tables/route.ts';
import { readDataSource } from '../tls/data-source.ts';
import { compileLogFilter } from './access-log.ts';

interface Mapper {
  takes(exchange: Exchange): boolean;
  /** 0: as it is. */
  readonly status: number;
  readonly body: string | undefined;
  readonly headers: HeaderMutation | undefined;
  readonly format: CompiledFormatString | undefined;
}

/** Nothing where the configuration says nothing. The first mapper that takes an answer changes it. @throws WeftError `config_rejected` */
export function compileLocalReply(
  config: LocalReplyConfig | undefined,
  plugs: Plugs,
  where: string,
): LocalReply | undefined {
  if (config === undefined) return undefined;
  const at = `${where}: local_reply_config`;
  const format = config.bodyFormat === undefined ? undefined : compileFormatString(config.bodyFormat, at);
  const mappers = config.mappers.map((mapper, index) => compileMapper(mapper, plugs, `${at}.mappers[${index}]`));
  if (format === undefined && mappers.length === 0) return undefined;
  return {
    apply(exchange, body) {
      const mapper = mappers.find((one) => one.takes(exchange));
      const mapped = mapper?.body ?? body;
      // Before the status: Envoy's headers_to_add see the old one.
      mapper?.headers?.(exchange.responseFields, exchange);
      if (mapper !== undefined && mapper.status !== 0) exchange.status = mapper.status;
      const shape = mapper?.format ?? format;
      if (shape === undefined) return { body: mapped, contentType: '' };
      exchange.state.set('local-reply-body', mapped.toString());
      return { body: shape.render(exchange), contentType: shape.contentType };
    },
  };
}

function compileMapper(mapper: ResponseMapper, plugs: Plugs, where: string): Mapper {
  const { filter, statusCode = 0 } = mapper;
  if (filter === undefined) return refuse(where, 'filter is missing');
  if (statusCode !== 0 && (statusCode < 200 || statusCode > 599)) refuse(where, 'status_code must be 200 to 599');
  const body = mapper.body === undefined ? undefined : readDataSource(mapper.body, 'body', where);
  if (body !== undefined && Buffer.byteLength(body) > localReplyBodyMax)
    refuse(where, `body is over ${localReplyBodyMax} bytes`);
  return {
    takes: compileLogFilter(filter, plugs, where),
    status: statusCode,
    body,
    headers: compileMutation(mapper.headersToAdd, [], where),
    format: mapper.bodyFormatOverride === undefined ? undefined : compileFormatString(mapper.bodyFormatOverride, where),
  };
}
