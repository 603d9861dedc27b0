/** Command operators as a running Envoy 1.40 prints them. */

import { createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../exchange.ts';
import { compileFormat } from './compile-format.ts';
import { compileJsonFormat, jsonFormatDepthMax } from './compile-json-format.ts';
import { compileFormatString } from './format-string.ts';
import { formatCharsMax } from './parse-format.ts';
import { formatExchange } from './testing/exchange.ts';

const render = (format: string, changes: Partial<Exchange> = {}): string | undefined =>
  compileFormat(format, 'log').render(formatExchange(changes));

describe('a format', () => {
  it.each([
    ['%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL%', 'GET /orders?id=7 HTTP/1.1'],
    ['%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%', '/orders?id=7'],
    ['%REQ(nope?User-Agent):4%', 'curl'],
    ['%REQ(accept)%', 'a'],
    ['%REQ(:AUTHORITY)% %REQ(:SCHEME)%', 'orders.shop http'],
    ['%RESP(server)% %RESP(:status)% %TRAILER(x)%', 'app 200 -'],
    ['%PATH(NQ)% %PATH(WQ:PATH)% %QUERY_PARAM(id)%', '/orders /orders?id=7 7'],
    ['%REQ_WITHOUT_QUERY(:path)%', '/orders'],
    ['100%% of %BYTES_SENT%', '100% of 5'],
    ['%START_TIME%', '2026-11-21T14:05:09.007Z'],
    [
      '%START_TIME(%Y/%m/%dT%H:%M:%S%z %Z %6f %9f %3f %f)%',
      '2026/11/21T14:05:09+0000 UTC 007000 007000000 007 007000000',
    ],
    ['%START_TIME(%s.%3f)%', `${Date.UTC(2026, 10, 21, 14, 5, 9) / 1_000}.007`],
    ['%START_TIME(%e %b %j %p %I %%)%', '21 Nov 325 PM 02 %'],
    ['%DURATION% %RESPONSE_DURATION% %RESPONSE_TX_DURATION% %REQUEST_DURATION%', '10 4 6 1'],
    ['%DOWNSTREAM_WIRE_BYTES_RECEIVED% %RESPONSE_HEADERS_BYTES%', '103 200'],
    ['%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_REMOTE_PORT%', '10.0.0.1 40000'],
    ['%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_LOCAL_PORT%', '::1 15006'],
    ['%DOWNSTREAM_PEER_URI_SAN% %DOWNSTREAM_PEER_SUBJECT%', 'spiffe://cluster.local/ns/shop/sa/user CN=x'],
    ['%DOWNSTREAM_PEER_DNS_SAN% %DOWNSTREAM_PEER_SERIAL% %DOWNSTREAM_PEER_CERT%', 'a,b 0a A%20B%0A'],
    ['%UPSTREAM_HOST% %UPSTREAM_CLUSTER% %ROUTE_NAME%', '- - -'],
    ['%REQUESTED_SERVER_NAME% %RESPONSE_CODE_DETAILS% %RESPONSE_FLAGS%', 'orders via_upstream -'],
    ['%GRPC_STATUS% %CONNECTION_TERMINATION_DETAILS%', '- -'],
  ])('%s', (format, expected) => {
    expect(render(format)).toBe(expected);
  });

  it('keeps the original path, rewritten or not', () => {
    expect(render('%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %REQ(:PATH)%', { path: '/new', hasQuery: false })).toBe(
      '/orders?id=7 /new',
    );
  });

  it('has gRPC statuses in three styles', () => {
    const changes = { grpc: true, responseTrailers: ['grpc-status', '4'] };
    expect(
      render('%GRPC_STATUS% %GRPC_STATUS(SNAKE_STRING)% %GRPC_STATUS(NUMBER)% %GRPC_STATUS_NUMBER%', changes),
    ).toBe('DeadlineExceeded DEADLINE_EXCEEDED 4 4');
    expect(render('%GRPC_STATUS%', { grpc: true, status: 503 })).toBe('Unavailable');
  });

  it('reads metadata by its path', () => {
    const metadata = new Map([['jwt', { payload: { sub: 'ann', n: 3 } }]]);
    expect(render('%DYNAMIC_METADATA(jwt:payload:sub)% %DYNAMIC_METADATA(jwt:payload)%', { metadata })).toBe(
      'ann {"sub":"ann","n":3}',
    );
    expect(render('%DYNAMIC_METADATA(["jwt","payload","sub"])%', { metadata })).toBe('ann');
    expect(render('%METADATA(DYNAMIC:jwt:payload:nope)%', { metadata })).toBeUndefined();
  });

  it('names flags at length', () => {
    expect(render('%RESPONSE_FLAGS_LONG%', { flag: 'UF,URX' })).toBe(
      'UpstreamConnectionFailure,UpstreamRetryLimitExceeded',
    );
  });

  it('is constant where it has no operators', () => {
    expect(compileFormat('50%% off', 'log').constant).toBe('50% off');
    expect(compileFormat('', 'log').constant).toBe('');
    expect(compileFormat('a%PROTOCOL%', 'log').constant).toBeUndefined();
  });

  it('gives nothing for one operator without a value', () => {
    expect(render('%REQ(nope)%')).toBeUndefined();
    expect(compileFormat('a%REQ(nope)%b', 'log', { missing: '' }).render(formatExchange())).toBe('ab');
  });

  it.each([
    ['%NOPE%', 'log: format: %NOPE% is not supported'],
    ['%FILTER_STATE(a)%', 'log: format: %FILTER_STATE% is not supported'],
    ['%REQ()%', 'log: format: "" is no header'],
    ['%REQ(a?b?c)%', 'log: format: "a?b?c" is no header'],
    ['%REQ(a', 'log: format: no command operator begins at "%REQ(a"'],
    ['%REQ(a):x%', 'log: format: no command operator begins at "%REQ(a):x%"'],
    ['% %', 'log: format: no command operator begins at "% %"'],
    ['%START_TIME(%Q)%', 'log: START_TIME: time format %Q is not supported'],
    ['%METADATA(ROUTE:a:b)%', 'log: format: METADATA(ROUTE) is not supported'],
    ['%ENVIRONMENT(HOME)%', 'log: format: ENVIRONMENT is not supported here'],
    ['x'.repeat(formatCharsMax + 1), `log: format is longer than ${formatCharsMax} characters`],
  ])('%s is refused by name', (format, message) => {
    expect(() => compileFormat(format, 'log')).toThrow(message);
  });

  it('never fails otherwise, whatever it is made of', () => {
    const random = createSeededRandom(7);
    const pieces = [
      '%',
      '%%',
      '(',
      ')',
      ':',
      '?',
      'REQ',
      'RESP',
      '(a)',
      ':3',
      'START_TIME',
      '%Y',
      '%f',
      'x',
      '[',
      '"',
      '\n',
      'PROTOCOL%',
    ];
    const exchange = formatExchange();
    for (let i = 0; i < 20_000; i += 1) {
      let format = '';
      for (let n = random() * 8; n > 0; n -= 1) format += pieces[Math.floor(random() * pieces.length)];
      let compiled: ReturnType<typeof compileFormat> | undefined;
      try {
        compiled = compileFormat(format, 'log');
      } catch (error) {
        expect(error).toMatchObject({ code: 'config_rejected' });
      }
      if (compiled !== undefined) expect(['string', 'undefined']).toContain(typeof compiled.render(exchange));
    }
  });
});

describe('a JSON format', () => {
  const json = (format: Parameters<typeof compileJsonFormat>[0], omitEmpty = false): unknown =>
    compileJsonFormat(format, 'log', { omitEmpty })(formatExchange());

  it('has sorted keys and typed values', () => {
    const format = {
      zz: '%REQ(:METHOD)%',
      aa: '%RESPONSE_CODE%',
      cc: '%REQ(nope)%',
      dd: 'x%REQ(nope)%y%RESPONSE_CODE%',
      ee: 5,
      ff: { g: '%BYTES_SENT%', f: true },
      hh: ['%PROTOCOL%', 1, null],
      'ü"': 'lit',
    };
    expect(json(format)).toBe(
      '{"aa":200,"cc":null,"dd":"x-y200","ee":5,"ff":{"f":true,"g":5},"hh":["HTTP/1.1",1,null],"zz":"GET","\\u00fc\\"":"lit"}',
    );
  });

  it('leaves out what has no value, where it is told to', () => {
    const format = { a: '%REQ(nope)%', b: 'x%REQ(nope)%y', c: { d: '%REQ(nope)%' }, e: 'v' };
    expect(json(format, true)).toBe('{"b":"xy","e":"v"}');
    expect(json({ a: '%REQ(nope)%' }, true)).toBe('{}');
  });

  it('is refused where it is too deep', () => {
    let format: { [key: string]: unknown } = { a: 'x' };
    for (let i = 0; i <= jsonFormatDepthMax; i += 1) format = { a: format };
    expect(() => json(format as never)).toThrow(`json_format is deeper than ${jsonFormatDepthMax}`);
  });
});

it('refuses a formatter that it does not have, by name', () => {
  const message = { formatters: [{ name: 'cel' }], format: { case: 'textFormat', value: '' } };
  expect(() => compileFormatString(message as never, 'log')).toThrow('log: formatter cel is not supported ()');
});
