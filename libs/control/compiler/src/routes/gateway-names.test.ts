import { describe, expect, it } from 'vitest';
import type { BoundServer } from '../gateway-servers.ts';
import { gatewayRoutesOf } from './gateway-names.ts';

describe('routes of a gateway server', () => {
  it.each([
    ['HTTP', undefined, 'http.443'],
    ['GRPC', undefined, 'http.443'],
    ['HTTPS', 'SIMPLE', 'https.443.web.gw.ns'],
    ['HTTPS', 'MUTUAL', 'https.443.web.gw.ns'],
    ['HTTPS', 'PASSTHROUGH', undefined],
    ['TLS', 'SIMPLE', undefined],
    ['TCP', undefined, undefined],
  ])('of protocol %s, TLS mode %s are %s', (protocol, mode, expected) => {
    const bound = {
      gateway: { name: 'gw', namespace: 'ns' },
      server: {
        port: { number: 443, name: 'web', protocol },
        hosts: ['*'],
        ...(mode === undefined ? {} : { tls: { mode } }),
      },
    };
    expect(gatewayRoutesOf(bound as unknown as BoundServer)).toBe(expected);
  });
});
