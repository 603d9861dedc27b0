/** Which lines are written, where, and in which form. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import type { AccessLogTable, Exchange } from '@weft/data-runtime';
import { createManualClock, createSeededRandom } from '@weft/kernel';
import { createMetricRegistry } from '@weft/telemetry';
import { AccessLogFilterSchema } from '@weft/xds-messages/envoy/config/accesslog/v3/accesslog';
import { FileAccessLogSchema } from '@weft/xds-messages/envoy/extensions/access_loggers/file/v3/file';
import { ExpressionFilterSchema } from '@weft/xds-messages/envoy/extensions/access_loggers/filters/cel/v3/cel';
import { StderrAccessLogSchema } from '@weft/xds-messages/envoy/extensions/access_loggers/stream/v3/stream';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { tracingKey } from '../trace-state.ts';
import { createAccessLog } from './access-log.ts';
import { createAccessLogs, logFilesMax } from './access-logs.ts';
import { logFilterDepthMax } from './filters.ts';
import { createFileLogKinds } from './kinds.ts';

const [fileKind, , stderrKind] = createFileLogKinds({ random: createSeededRandom(1) });

function compiled(
  filter?: MessageInitShape<typeof AccessLogFilterSchema>['filterSpecifier'],
  log: MessageInitShape<typeof FileAccessLogSchema> = { path: '/tmp/log' },
): AccessLogTable {
  const config = anyPack(FileAccessLogSchema, create(FileAccessLogSchema, log));
  const message = filter === undefined ? undefined : create(AccessLogFilterSchema, { filterSpecifier: filter });
  return fileKind!.compile(config, message, 'log');
}

function cel(expression: string, exchange: Exchange): boolean {
  const typedConfig = anyPack(ExpressionFilterSchema, create(ExpressionFilterSchema, { expression }));
  const configType = { case: 'typedConfig', value: typedConfig } as const;
  return compiled({ case: 'extensionFilter', value: { name: 'cel', configType } }).wants(exchange);
}

describe('a log’s line', () => {
  it('is Envoy’s default text without a format', () => {
    const exchange = testExchange({ target: '/a?b', authority: 'x', fields: ['user-agent', 'curl'] });
    exchange.durationMs = 3;
    expect(compiled().line(exchange)).toBe(
      '[1970-01-01T00:00:00.000Z] "GET /a?b HTTP/1.1" 200 - 0 0 3 - "-" "curl" "-" "x" "-"\n',
    );
  });

  it('is JSON or text as the format says', () => {
    const json = {
      case: 'logFormat',
      value: { format: { case: 'jsonFormat', value: { a: '%RESPONSE_CODE%' } } },
    } as const;
    expect(compiled(undefined, { path: 'x', accessLogFormat: json }).line(testExchange())).toBe('{"a":200}\n');
    const text = { case: 'format', value: '%PROTOCOL%\n' } as const;
    expect(compiled(undefined, { path: 'x', accessLogFormat: text }).line(testExchange())).toBe('HTTP/1.1\n');
  });

  it('goes to standard error for that logger', () => {
    const config = anyPack(StderrAccessLogSchema, create(StderrAccessLogSchema, {}));
    expect(stderrKind!.compile(config, undefined, 'log').path).toBe('/dev/stderr');
  });
});

describe('a log’s filter', () => {
  const op = { EQ: 0, GE: 1, LE: 2 } as const;
  const status = (given: number, of: keyof typeof op) =>
    ({ case: 'statusCodeFilter', value: { comparison: { op: op[of], value: { defaultValue: given } } } }) as const;

  it('compares the status', () => {
    const exchange = testExchange();
    exchange.status = 404;
    expect(compiled(status(400, 'GE')).wants(exchange)).toBe(true);
    expect(compiled(status(400, 'LE')).wants(exchange)).toBe(false);
    expect(compiled(status(404, 'EQ')).wants(exchange)).toBe(true);
  });

  it('joins filters with and, or', () => {
    const filters = [{ filterSpecifier: status(400, 'GE') }, { filterSpecifier: status(499, 'LE') }];
    const exchange = testExchange();
    exchange.status = 503;
    expect(compiled({ case: 'andFilter', value: { filters } }).wants(exchange)).toBe(false);
    expect(compiled({ case: 'orFilter', value: { filters } }).wants(exchange)).toBe(true);
    expect(() => compiled({ case: 'orFilter', value: { filters: filters.slice(1) } })).toThrow('needs two filters');
  });

  it('is refused where it is too deep', () => {
    let filter: MessageInitShape<typeof AccessLogFilterSchema> = { filterSpecifier: status(400, 'GE') };
    for (let i = 0; i <= logFilterDepthMax; i += 1)
      filter = { filterSpecifier: { case: 'andFilter', value: { filters: [filter, filter].slice(0, 2) } } };
    expect(() => compiled(filter.filterSpecifier)).toThrow(`is deeper than ${logFilterDepthMax}`);
  });

  it('knows flags, gRPC statuses, headers, durations and samples', () => {
    const exchange = testExchange({ fields: ['x-debug', '1'] });
    exchange.flag = 'UF,URX';
    exchange.durationMs = 120;
    exchange.responseTrailers = ['grpc-status', '14'];
    expect(compiled({ case: 'responseFlagFilter', value: { flags: [] } }).wants(exchange)).toBe(true);
    expect(compiled({ case: 'responseFlagFilter', value: { flags: ['URX'] } }).wants(exchange)).toBe(true);
    expect(compiled({ case: 'responseFlagFilter', value: { flags: ['UH'] } }).wants(exchange)).toBe(false);
    expect(() => compiled({ case: 'responseFlagFilter', value: { flags: ['XX'] } })).toThrow('flag XX is not known');
    expect(compiled({ case: 'grpcStatusFilter', value: { statuses: [14] } }).wants(exchange)).toBe(true);
    expect(compiled({ case: 'grpcStatusFilter', value: { statuses: [14], exclude: true } }).wants(exchange)).toBe(
      false,
    );
    const header = { name: 'x-debug', headerMatchSpecifier: { case: 'presentMatch', value: true } } as const;
    expect(compiled({ case: 'headerFilter', value: { header } }).wants(exchange)).toBe(true);
    const comparison = { op: op.GE, value: { defaultValue: 121 } };
    expect(compiled({ case: 'durationFilter', value: { comparison } }).wants(exchange)).toBe(false);
    expect(compiled({ case: 'logTypeFilter', value: { types: [6] } }).wants(exchange)).toBe(true);
    expect(compiled({ case: 'traceableFilter', value: {} }).wants(exchange)).toBe(false);
    exchange.state.set(tracingKey, { traceId: 'a', sampled: true });
    expect(compiled({ case: 'traceableFilter', value: {} }).wants(exchange)).toBe(true);
  });

  it('takes a share of requests, by their id where there is one', () => {
    const filter = compiled({ case: 'runtimeFilter', value: { percentSampled: { numerator: 25, denominator: 0 } } });
    const random = createSeededRandom(3);
    let wanted = 0;
    for (let i = 0; i < 4_000; i += 1) {
      const id = Math.floor(random() * 4294967296)
        .toString(16)
        .padStart(8, '0');
      const exchange = testExchange({ fields: ['x-request-id', id] });
      const first = filter.wants(exchange);
      expect(filter.wants(exchange)).toBe(first);
      if (first) wanted += 1;
    }
    expect(wanted / 4_000).toBeCloseTo(0.25, 1);
  });
});

describe('a CEL filter', () => {
  const exchange = testExchange({ method: 'POST', target: '/orders/7?x=1', fields: ['user-agent', 'curl/8'] });
  exchange.status = 503;

  it.each([
    ['response.code >= 500', true],
    ['response.code == 200 || connection.mtls', true],
    ['!(response.code == 503)', false],
    ["request.method == 'POST' && request.url_path.startsWith('/orders')", true],
    ['request.path == "/orders/7?x=1"', true],
    ["request.headers['user-agent'].contains('curl')", true],
    ["request.headers['x-none'] == 'a'", false],
    ["request.headers['x-none'] != 'a'", false],
    ["request.headers['x-none'] == 'a' || response.code == 503", true],
    ["has(request.headers['user-agent'])", true],
    ["'user-agent' in request.headers", true],
    ["!('x-none' in request.headers)", true],
    ['response.code in [500, 503]', true],
    ["request.url_path.matches('/[0-9]+$')", true],
    ["request.url_path.matches('^/[0-9]+$')", false],
    ["response.code == '503'", false],
    ['xds.cluster_name == "x"', false],
    ['response.code', false],
  ])('%s is %s', (expression, expected) => {
    expect(cel(expression, exchange)).toBe(expected);
  });

  it.each([
    ['request.nope == 1', 'CEL: request.nope is not supported'],
    ['response.code * 1 == 2', 'CEL: "* 1 == 2" is not supported'],
    ['size(request.path) > 3', 'CEL: size is not supported'],
    ['request.path.reverse("x")', 'CEL: reverse() is not supported'],
    ['response.code ==', 'CEL: "the end" is not supported here'],
    ['(response.code == 1', 'CEL: "the end" is not supported here'],
    [`${'('.repeat(40)}true`, 'CEL: expression is deeper than 32'],
    ['x'.repeat(8_193), 'expression is longer than 8192 characters'],
  ])('%s is refused by name', (expression, message) => {
    expect(() => cel(expression, exchange)).toThrow(message);
  });
});

describe('the access log', () => {
  const opened: string[] = [];
  const failed: string[] = [];
  const written: string[] = [];
  const logsOf = (override?: string) =>
    createAccessLogs({
      clock: createManualClock(),
      registry: createMetricRegistry(),
      override,
      onOpenFailed: (path) => failed.push(path),
      createSink(path) {
        opened.push(path);
        return { write: (_, done) => done(), writeNow: (bytes) => void written.push(bytes.toString()), close() {} };
      },
    });

  it('writes each log that wants the exchange, once a file', () => {
    const logs = logsOf();
    const accessLogs = [compiled(), compiled({ case: 'traceableFilter', value: {} }), compiled()];
    createAccessLog({ logs }, { accessLogs })?.onComplete?.(testExchange());
    logs.stop();
    expect(opened).toEqual(['/tmp/log']);
    expect(written.join('').split('\n')).toHaveLength(3);
    expect(createAccessLog({ logs }, { accessLogs: [] })).toBeUndefined();
  });

  it('goes where the sidecar’s own setting says', () => {
    opened.length = 0;
    createAccessLog({ logs: logsOf('/dev/stderr') }, { accessLogs: [compiled()] });
    expect(opened).toEqual(['/dev/stderr']);
  });

  it('opens as many files as the bound says', () => {
    opened.length = 0;
    const logs = logsOf();
    for (let i = 0; i <= logFilesMax; i += 1) logs.bufferOf(`/${i}`);
    expect(opened).toHaveLength(logFilesMax);
    expect(failed).toEqual([`/${logFilesMax}`]);
  });
});
