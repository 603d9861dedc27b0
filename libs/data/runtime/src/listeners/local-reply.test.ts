/** What a connection manager makes of the answers of its own. */

import { create, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { StdoutAccessLogSchema } from '@weft/xds-messages/envoy/extensions/access_loggers/stream/v3/stream';
import { LocalReplyConfigSchema } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { describe, expect, it } from 'vitest';
import type { AccessLogKind } from '../filter.ts';
import { formatExchange } from '../format/testing/exchange.ts';
import { localReplyBodyMax } from '../limits.ts';
import { createPlugs } from '../plugs.ts';
import { compileLocalReply } from './local-reply.ts';

/** Judges by the one kind of filter that these tests need: status equals. */
const stdout: AccessLogKind = {
  schema: StdoutAccessLogSchema,
  supported: {
    'envoy.config.accesslog.v3.AccessLogFilter': ['status_code_filter'],
    'envoy.config.accesslog.v3.StatusCodeFilter': ['comparison'],
    'envoy.config.accesslog.v3.ComparisonFilter': ['op', 'value'],
    'envoy.config.core.v3.RuntimeUInt32': ['default_value', 'runtime_key'],
  },
  compile(_config, filter) {
    const given = filter?.filterSpecifier;
    const wanted = given?.case === 'statusCodeFilter' ? given.value.comparison?.value?.defaultValue : undefined;
    return { kind: 'file', path: '', line: () => '', wants: ({ status }) => status === wanted };
  },
};
const plugs = createPlugs({ httpFilters: [], networkFilters: [], accessLogs: [stdout] });
const compile = (config: JsonValue, given = plugs) =>
  compileLocalReply(fromJson(LocalReplyConfigSchema, config), given, 'm');
const status = (value: number) => ({
  status_code_filter: { comparison: { op: 'EQ', value: { default_value: value, runtime_key: 'x' } } },
});

function apply(config: JsonValue, code: number, body: string | Buffer) {
  const exchange = formatExchange({ status: code, responseFields: [] });
  const mapped = compile(config)?.apply(exchange, body);
  return { ...mapped, status: exchange.status, fields: exchange.responseFields };
}

describe('local_reply_config', () => {
  const mapper = {
    filter: status(503),
    status_code: 502,
    body: { inline_string: 'mapped' },
    headers_to_add: [{ header: { key: 'x-old', value: '%RESPONSE_CODE%' } }],
  };
  const again = { filter: status(503), status_code: 500 };

  it('changes what its first mapper takes, headers before the status', () => {
    expect(apply({ mappers: [mapper, again] }, 503, 'busy')).toEqual({
      body: 'mapped',
      contentType: '',
      status: 502,
      fields: ['x-old', '503'],
    });
  });

  it('leaves octets alone where nothing is said of them', () => {
    const octets = Buffer.from([255, 0]);
    expect(apply({ mappers: [mapper] }, 404, octets)).toEqual({
      body: octets,
      contentType: '',
      status: 404,
      fields: [],
    });
  });

  it('shapes every answer, a mapper its own', () => {
    const body_format = { json_format: { code: '%RESPONSE_CODE%', text: '%LOCAL_REPLY_BODY%' } };
    const own = { ...mapper, body_format_override: { text_format: '<%LOCAL_REPLY_BODY%>', content_type: 'text/html' } };
    const config = { mappers: [own], body_format };
    expect(apply(config, 404, 'no')).toMatchObject({
      body: '{"code":404,"text":"no"}\n',
      contentType: 'application/json',
    });
    expect(apply(config, 503, 'no')).toMatchObject({ body: '<mapped>', contentType: 'text/html', status: 502 });
  });

  it('is nothing where it says nothing', () => {
    expect(compile({})).toBeUndefined();
    expect(compileLocalReply(undefined, plugs, 'm')).toBeUndefined();
    expect(compileLocalReply(create(LocalReplyConfigSchema), plugs, 'm')).toBeUndefined();
  });

  it.each([
    [{ mappers: [{}] }, 'mappers[0]: filter is missing'],
    [{ mappers: [{ filter: status(503), status_code: 199 }] }, 'status_code must be 200 to 599'],
    [{ mappers: [{ filter: { duration_filter: {} } }] }, 'field duration_filter is not supported'],
    [
      { mappers: [{ filter: status(503), body: { inline_string: 'x'.repeat(localReplyBodyMax + 1) } }] },
      `body is over ${localReplyBodyMax} bytes`,
    ],
    [{ body_format: { text_format: '%NO_SUCH%' } }, 'NO_SUCH'],
  ])('refuses %#', (config, says) => {
    expect(() => compile(config)).toThrow(says);
  });

  it('needs the kind of log that compiles filters', () => {
    const none = createPlugs({ httpFilters: [], networkFilters: [], accessLogs: [] });
    expect(() => compile({ mappers: [mapper] }, none)).toThrow('StdoutAccessLog');
  });
});
