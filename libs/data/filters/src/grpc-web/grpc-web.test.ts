/** gRPC-Web both ways; bodies and headers were taken from a running Envoy 1.40. */

import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { type TestExchange, testExchange } from '../testing/exchange.ts';
import { compileJson } from '../testing/kinds.ts';
import { Base64Decoder } from './base64.ts';
import { messageBytesMax } from './grpc-web.ts';
import { createGrpcWebKind } from './kind.ts';

const soon: (() => void)[] = [];
const clock = { ...createManualClock(), soon: (task: () => void) => void soon.push(task) };
const filter = compileJson(createGrpcWebKind({ clock }), {});
const frame = Buffer.from('000000000161', 'hex');
const answerFrame = Buffer.from('00000000020102', 'hex');
const trailers = ['grpc-status', '0', 'x-tr', 't', 'grpc-message', 'ok'];
const trailersFrame = Buffer.concat([
  Buffer.from('8000000028', 'hex'),
  Buffer.from('grpc-status:0\r\nx-tr:t\r\ngrpc-message:ok\r\n'),
]);

function begin(type: string, accept?: string): TestExchange {
  const exchange = testExchange({
    method: 'POST',
    fields: ['content-type', type, ...(accept === undefined ? [] : ['accept', accept])],
  });
  exchange.status = 0;
  expect(filter.onRequest?.(exchange)).toBe(true);
  return exchange;
}

function answer(exchange: TestExchange, fields: readonly string[], status = 200): Buffer {
  exchange.status = status;
  exchange.responseFields.push(...fields);
  filter.onResponse?.(exchange);
  const transform = exchange.responseTransform;
  const data = transform?.onData(answerFrame, 0, answerFrame.length, false) ?? Buffer.alloc(0);
  const last = transform?.onTrailers(trailers) ?? { data: Buffer.alloc(0), fields: [] };
  expect(last.fields).toEqual([]);
  return Buffer.concat([data, last.data]);
}

describe('grpc_web requests', () => {
  it('become gRPC', () => {
    for (const type of ['application/grpc-web', 'application/grpc-web+proto', 'application/grpc-web-text+proto']) {
      const { request, grpc } = begin(type);
      expect(request.fields).toEqual([
        'content-type',
        'application/grpc',
        'te',
        'trailers',
        'grpc-accept-encoding',
        'identity',
      ]);
      expect(grpc).toBe(true);
    }
  });

  it('of another content-type pass as they are', () => {
    for (const type of [
      'application/grpc-web-json',
      'application/grpc-web; charset=utf-8',
      'application/grpc',
      'text/html',
    ]) {
      const { request, requestTransform } = begin(type);
      expect([request.fields, requestTransform]).toEqual([['content-type', type], undefined]);
    }
  });

  it('in text form are decoded, however they are cut and padded', () => {
    const text = Buffer.from('AAAAAAFhAAAAAAFhAA==AAAB');
    const wanted = Buffer.concat([frame, frame, Buffer.from('00000001', 'hex')]);
    for (let step = 1; step <= text.length; step += 1) {
      const { requestTransform } = begin('application/grpc-web-text');
      const parts: Buffer[] = [];
      for (let at = 0; at < text.length; at += step) {
        const to = Math.min(at + step, text.length);
        parts.push(requestTransform?.onData(text, at, to, to === text.length) ?? Buffer.alloc(0));
      }
      expect(Buffer.concat(parts)).toEqual(wanted);
    }
  });

  it('that are no base64 get 400 and INTERNAL', () => {
    for (const text of ['!!!!', 'AAAAA', 'A=AA']) {
      const exchange = begin('application/grpc-web-text');
      const got = exchange.requestTransform?.onData(Buffer.from(text), 0, text.length, true);
      expect(got?.length).toBeLessThanOrEqual(3);
      for (const task of soon.splice(0)) task();
      expect(exchange.outcome).toMatchObject({
        status: 400,
        grpcStatus: 13,
        body: 'Bad gRPC-web request, invalid base64 data.',
      });
      expect(exchange.outcome.details).toBe('grpc_base_64_decode_failed');
      expect(exchange.request.keepAlive).toBe(false);
      exchange.localStatus = 400;
      answer(exchange, ['content-type', 'application/grpc', 'grpc-status', '13']);
      expect(exchange.status).toBe(400);
    }
  });

  it('that are over are not answered', () => {
    const exchange = begin('application/grpc-web-text');
    exchange.requestTransform?.onData(Buffer.from('!!!!'), 0, 4, true);
    filter.onComplete?.(exchange);
    for (const task of soon.splice(0)) task();
    expect(exchange.outcome.kind).toBe('none');
  });
});

describe('grpc_web answers', () => {
  it('have their trailers in a frame of the body', () => {
    const exchange = begin('application/grpc-web-text');
    expect(answer(exchange, ['content-type', 'application/grpc+proto', 'x-h', 'v'])).toEqual(
      Buffer.concat([answerFrame, trailersFrame]),
    );
    expect(exchange.responseFields).toEqual(['content-type', 'application/grpc-web+proto', 'x-h', 'v']);
  });

  it('are base64 where the client accepts that', () => {
    const exchange = begin('application/grpc-web', 'application/grpc-web-text');
    const text = answer(exchange, ['content-type', 'application/grpc']).toString();
    expect(text).toBe('AAAAAAIBAg==gAAAAChncnBjLXN0YXR1czowDQp4LXRyOnQNCmdycGMtbWVzc2FnZTpvaw0K');
    expect(exchange.responseFields).toEqual(['content-type', 'application/grpc-web-text+proto']);
  });

  it('without a body keep their status in the head', () => {
    const exchange = begin('application/grpc-web');
    exchange.status = 200;
    exchange.responseFields.push('content-type', 'application/grpc', 'grpc-status', '5', 'grpc-message', 'nope');
    filter.onResponse?.(exchange);
    expect(exchange.responseFields).toEqual([
      'content-type',
      'application/grpc-web+proto',
      'grpc-status',
      '5',
      'grpc-message',
      'nope',
    ]);
  });

  it('that are not gRPC get a gRPC status, and their body as its message', () => {
    for (const [status, grpcStatus] of [
      [503, '14'],
      [200, '2'],
    ] as const) {
      const exchange = begin('application/grpc-web');
      exchange.status = status;
      exchange.responseFields.push('content-type', 'text/html');
      filter.onResponse?.(exchange);
      expect(exchange.responseBodyTaken?.bytesMax).toBe(messageBytesMax);
      exchange.responseBodyTaken?.done(Buffer.from('100% busy\n'));
      expect(exchange.responseFields).toEqual([
        'content-type',
        'application/grpc-web+proto',
        'grpc-status',
        grpcStatus,
        'grpc-message',
        '100%25 busy%0A',
      ]);
      expect(exchange.status).toBe(status);
    }
  });

  it('of this proxy keep their HTTP status', () => {
    const exchange = begin('application/grpc-web');
    exchange.localStatus = 504;
    answer(exchange, ['content-type', 'application/grpc', 'grpc-status', '4']);
    expect(exchange.status).toBe(504);
  });

  it('of other requests pass as they are', () => {
    const exchange = begin('application/grpc');
    answer(exchange, ['content-type', 'application/grpc']);
    expect([exchange.responseFields, exchange.responseTransform]).toEqual([
      ['content-type', 'application/grpc'],
      undefined,
    ]);
  });
});

describe('base64 in parts', () => {
  it('gives what any base64 decoder gives', () => {
    for (let length = 0; length < 40; length += 1) {
      const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * 83 + length) & 0xff));
      const text = Buffer.from(bytes.toString('base64'));
      const decoder = new Base64Decoder();
      expect(Buffer.from(decoder.decode(text, 0, text.length))).toEqual(bytes);
      expect(decoder.end()).toBe(true);
    }
  });
});
