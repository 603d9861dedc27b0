import { defaultMeshConfig, type ProxyConfigDefaults } from '@weft/model';
import {
  HttpConnectionManager_ForwardClientCertDetails as Forwarded,
  HttpConnectionManager_ServerHeaderTransformation as ServerHeader,
} from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { describe, expect, it } from 'vitest';
import { headerSettings } from './proxy-headers.ts';
import type { Side } from './side.ts';

const { defaultConfig } = defaultMeshConfig;
const withHeaders = (proxyHeaders: Partial<ProxyConfigDefaults['proxyHeaders']>): ProxyConfigDefaults => ({
  ...defaultConfig,
  proxyHeaders: { ...defaultConfig.proxyHeaders, ...proxyHeaders },
});
const topology = (gatewayTopology: Partial<ProxyConfigDefaults['gatewayTopology']>): ProxyConfigDefaults => ({
  ...defaultConfig,
  gatewayTopology: { ...defaultConfig.gatewayTopology, ...gatewayTopology },
});

const cases: readonly [string, ProxyConfigDefaults, Side, object][] = [
  [
    'a sidecar adds its callers’ certificate',
    defaultConfig,
    'inbound',
    { forwardClientCertDetails: Forwarded.APPEND_FORWARD, serverName: 'own' },
  ],
  [
    'a gateway believes nobody',
    defaultConfig,
    'gateway',
    { forwardClientCertDetails: Forwarded.SANITIZE_SET, useRemoteAddress: true },
  ],
  [
    'a gateway believes what its topology says',
    topology({ forwardClientCertDetails: 'FORWARD_ONLY' }),
    'gateway',
    { forwardClientCertDetails: Forwarded.FORWARD_ONLY },
  ],
  [
    'proxyHeaders win over the topology',
    {
      ...topology({ forwardClientCertDetails: 'FORWARD_ONLY' }),
      ...{ proxyHeaders: { forwardedClientCert: 'SANITIZE' } },
    },
    'gateway',
    { forwardClientCertDetails: Forwarded.SANITIZE },
  ],
  [
    'always forwarded',
    withHeaders({ forwardedClientCert: 'ALWAYS_FORWARD_ONLY' }),
    'inbound',
    { forwardClientCertDetails: Forwarded.ALWAYS_FORWARD_ONLY },
  ],
  ['proxies before a gateway', topology({ numTrustedProxies: 1 }), 'gateway', { xffNumTrustedHops: 1 }],
  ['another server name', withHeaders({ server: { disabled: false, value: 'x' } }), 'outbound', { serverName: 'x' }],
  [
    'no server name',
    withHeaders({ server: { disabled: true, value: 'x' } }),
    'outbound',
    { serverHeaderTransformation: ServerHeader.PASS_THROUGH },
  ],
  ['no request ids', withHeaders({ requestId: { disabled: true } }), 'inbound', { generateRequestId: false }],
  [
    'what is said of a certificate',
    withHeaders({ setCurrentClientCertDetails: { dns: true } }),
    'gateway',
    { setCurrentClientCertDetails: { cert: false, chain: false, dns: true, uri: false } },
  ],
];

describe('headers of a connection manager', () => {
  it.each(cases)('%s', (_, config, side, expected) => {
    expect(headerSettings(config, side, 'own')).toMatchObject(expected);
  });

  it('of a sidecar’s own application carry no certificate, and number no proxies', () => {
    const config = {
      ...topology({ numTrustedProxies: 3 }),
      proxyHeaders: { forwardedClientCert: 'SANITIZE_SET' as const },
    };
    expect(headerSettings(config, 'outbound', undefined)).toEqual({ useRemoteAddress: false });
    expect(headerSettings(config, 'inbound', undefined)).not.toHaveProperty('xffNumTrustedHops');
  });
});
