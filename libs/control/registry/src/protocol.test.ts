import { describe, expect, it } from 'vitest';
import { selectProtocol } from './protocol.ts';

describe('the protocol of a port', () => {
  it.each([
    ['http', undefined, 'http', true],
    ['http-api', undefined, 'http', true],
    ['HTTP2-x', undefined, 'http2', true],
    ['grpc', undefined, 'grpc', true],
    ['https', undefined, 'https', true],
    ['tls-db', undefined, 'tls', true],
    ['tcp-db', undefined, 'tcp', true],
    ['httpx', undefined, 'tcp', false],
    ['', undefined, 'tcp', false],
    ['constructor', undefined, 'tcp', false],
    ['tcp-x', 'http', 'http', true],
    ['http', 'kubernetes.io/h2c', 'http2', true],
    ['http', 'GRPC', 'grpc', true],
    ['http', 'somebody.example/own', 'http', true],
  ])('named "%s" with appProtocol %s is %s (declared: %s)', (name, appProtocol, protocol, declared) => {
    expect(selectProtocol(name, appProtocol)).toEqual({ protocol, declared });
  });
});
