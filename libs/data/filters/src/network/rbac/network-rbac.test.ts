/** Authorisation of connections. */

import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { unpack } from '@weft/data-runtime';
import { createMetricRegistry } from '@weft/telemetry';
import { RBACSchema } from '@weft/xds-messages/envoy/extensions/filters/network/rbac/v3/rbac';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../../testing/exchange.ts';
import { createNetworkRbacKind } from './kind.ts';

const any = [{ any: true }];
const { connection } = testExchange();

function setUp(config: object) {
  const registry = createMetricRegistry();
  const kind = createNetworkRbacKind({ registry });
  const message = anyPack(RBACSchema, fromJson(RBACSchema, { statPrefix: 'tcp.', ...config } as JsonValue));
  unpack(message, RBACSchema, 'test', kind.supported);
  const context = { clusterRef: () => ({ current: undefined }), direction: 'inbound' } as const;
  return { filter: kind.compile(message, 'rbac', context, 'test'), registry };
}

describe('network rbac', () => {
  it('closes a connection that a policy denies, and says which', () => {
    const { filter, registry } = setUp({
      rules: { action: 'DENY', policies: { 'p q': { permissions: any, principals: any } } },
    });
    expect(filter?.onConnection({ connection })).toEqual({
      flag: '-',
      details: 'rbac_access_denied_matched_policy[p_q]',
      reason: 'rbac: denied by p q',
    });
    expect(registry.renderPrometheus()).toContain('envoy_rbac_denied{prefix="tcp.",envoy_rbac_prefix=""} 1');
  });

  it('lets a connection pass that a policy allows, by the identity of the client', () => {
    const principals = [{ authenticated: { principalName: { suffix: '/sa/order' } } }];
    const { filter } = setUp({
      rules: { policies: { p: { permissions: [{ destinationPort: 15_006 }], principals } } },
    });
    expect(filter?.onConnection({ connection })).toBeUndefined();
    const stranger = testExchange({ peerUri: undefined }).connection;
    expect(filter?.onConnection({ connection: stranger })?.details).toBe('rbac_access_denied_matched_policy[none]');
  });

  it('only counts what shadow rules say', () => {
    const { filter, registry } = setUp({ shadowRules: {}, shadowRulesStatPrefix: 'sh_' });
    expect(filter?.onConnection({ connection })).toBeUndefined();
    expect(registry.renderPrometheus()).toContain('envoy_rbac_shadow_denied{prefix="tcp.",envoy_rbac_prefix="sh_"} 1');
  });

  it('is nothing without rules', () => {
    expect(setUp({}).filter).toBeUndefined();
  });

  const withRule = (rule: object) => ({ rules: { policies: { p: { permissions: [rule], principals: any } } } });
  const refused = [
    ['stat_prefix is missing', { statPrefix: '' }],
    ['enforcement_type is not supported', { enforcementType: 'CONTINUOUS' }],
    ['field header is not supported by a network filter', withRule({ header: { name: 'x', presentMatch: true } })],
    ['field url_path is not supported by a network filter', withRule({ urlPath: { path: { exact: '/' } } })],
    ['field matcher is not supported', { matcher: {} }],
  ] as const;
  for (const [problem, config] of refused) {
    it(`refuses by name: ${problem}`, () => {
      expect(() => setUp(config)).toThrow(problem);
    });
  }
});
