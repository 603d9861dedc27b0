/** Authorisation of requests: every rule by itself, then what is answered, counted and noted; as a running Envoy 1.40 does. */

import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { type ConnectionInfo, unpack } from '@weft/data-runtime';
import { createMetricRegistry } from '@weft/telemetry';
import { RBACPerRouteSchema, RBACSchema } from '@weft/xds-messages/envoy/extensions/filters/http/rbac/v3/rbac';
import { describe, expect, it } from 'vitest';
import type { PolicyFrom } from '../rbac-rules.ts';
import { type TestExchange, type TestExchangeOptions, testExchange } from '../testing/exchange.ts';
import { createRbacKind } from './kind.ts';

const any = [{ any: true }];
const exact = (text: string) => ({ exact: text });
const clusterRef = () => ({ current: undefined });

function setUp(config: object, policyFrom?: PolicyFrom) {
  const registry = createMetricRegistry();
  const kind = createRbacKind({ registry, proxy: policyFrom === undefined ? {} : { policyFrom } });
  const message = anyPack(RBACSchema, fromJson(RBACSchema, config as JsonValue));
  unpack(message, RBACSchema, 'test', kind.supported);
  const filter = kind.compile(message, 'rbac', { clusterRef, direction: 'inbound', statPrefix: 'hp' }, 'test');
  const judge = (options: TestExchangeOptions = {}, prepare?: (exchange: TestExchange) => void) => {
    const exchange = testExchange(options);
    prepare?.(exchange);
    return { allowed: filter?.onRequest?.(exchange) === true, exchange };
  };
  return { judge, registry, kind };
}

const ofPermission = (permission: object) =>
  setUp({ rules: { policies: { p: { permissions: [permission], principals: any } } } });
const ofPrincipal = (principal: object) =>
  setUp({ rules: { policies: { p: { permissions: any, principals: [principal] } } } });

const header = (value: string) => ({ header: { name: 'X', stringMatch: exact(value) } });
const cidr = (addressPrefix: string, prefixLen: number) => ({ addressPrefix, prefixLen });
const claim = {
  filter: 'envoy.filters.http.jwt_authn',
  path: [{ key: 'payload' }, { key: 'groups' }],
  value: { listMatch: { oneOf: { stringMatch: exact('admin') } } },
};
const withGroups = (groups: readonly string[]) => (exchange: TestExchange) => {
  exchange.metadata = new Map([['envoy.filters.http.jwt_authn', { payload: { groups } }]]);
};
const local = (localAddress: string): TestExchangeOptions => ({ connection: { localAddress } });
const x = (value: string): TestExchangeOptions => ({ fields: ['x', value] });

describe('a permission', () => {
  const rows: readonly (readonly [string, object, TestExchangeOptions, boolean])[] = [
    ['any', { any: true }, {}, true],
    ['a header that is equal', header('1'), x('1'), true],
    ['a header that is not', header('1'), x('2'), false],
    ['a header that is absent', header('1'), {}, false],
    ['the method', { header: { name: ':method', stringMatch: exact('POST') } }, { method: 'POST' }, true],
    ['the method, another', { header: { name: ':method', stringMatch: exact('POST') } }, {}, false],
    [
      'the host, any case',
      { header: { name: ':authority', stringMatch: { ...exact('A'), ignoreCase: true } } },
      {},
      true,
    ],
    ['a path without its query', { urlPath: { path: exact('/a') } }, { target: '/a?b' }, true],
    ['a path by prefix', { urlPath: { path: { prefix: '/a' } } }, { target: '/ab' }, true],
    ['a path by suffix', { urlPath: { path: { suffix: '.js' } } }, { target: '/a.js?x=.css' }, true],
    ['a path by regex, all of it', { urlPath: { path: { safeRegex: { regex: '/a+' } } } }, { target: '/aab' }, false],
    ['a destination range', { destinationIp: cidr('10.0.0.0', 8) }, local('10.9.9.9:80'), true],
    ['a destination range, outside', { destinationIp: cidr('10.0.0.0', 8) }, local('11.9.9.9:80'), false],
    ['an IPv6 destination range', { destinationIp: cidr('2001:db8::', 32) }, local('[2001:db8::1]:80'), true],
    ['a destination port', { destinationPort: 80 }, local('10.9.9.9:80'), true],
    ['a destination port of IPv6', { destinationPort: 80 }, local('[::1]:8080'), false],
    ['a port range, its start', { destinationPortRange: { start: 80, end: 90 } }, local('1.1.1.1:80'), true],
    ['a port range, its end', { destinationPortRange: { start: 80, end: 90 } }, local('1.1.1.1:90'), false],
    ['a server name', { requestedServerName: exact('s') }, { connection: { sni: 's' } }, true],
    ['a server name that is not said', { requestedServerName: exact('s') }, {}, false],
    ['not', { notRule: header('1') }, x('2'), true],
    ['and, both', { andRules: { rules: [header('1'), { any: true }] } }, x('1'), true],
    ['and, one', { andRules: { rules: [header('1'), { any: true }, header('2')] } }, x('1'), false],
    ['or, one', { orRules: { rules: [header('1'), header('2'), header('3')] } }, x('3'), true],
    ['or, none', { orRules: { rules: [header('1'), header('2')] } }, x('3'), false],
  ];
  for (const [what, permission, options, allowed] of rows) {
    it(`${allowed ? 'holds' : 'does not hold'}: ${what}`, () => {
      expect(ofPermission(permission).judge(options).allowed).toBe(allowed);
    });
  }

  it('reads dynamic metadata', () => {
    const { judge } = ofPermission({ metadata: claim });
    expect(judge({}, withGroups(['user', 'admin'])).allowed).toBe(true);
    expect(judge({}, withGroups(['user'])).allowed).toBe(false);
    expect(judge().allowed).toBe(false);
  });
});

describe('a principal', () => {
  const certificate = (
    uris: readonly string[],
    dnsNames: readonly string[],
    subject: string,
  ): Partial<ConnectionInfo> => ({
    peerCertificate: () => ({ uris, dnsNames, subject, issuer: '', serial: '', hash: '', pem: '' }),
  });
  const named = (text: string) => ({ authenticated: { principalName: exact(text) } });
  const both = { connection: certificate(['spiffe://a', 'spiffe://b'], ['d.test'], 'CN=s') };
  const bare = { connection: certificate([], [], 'CN=s') };
  const plain: TestExchangeOptions = { peerUri: undefined };
  const from: TestExchangeOptions = { connection: { remoteAddress: '10.1.1.1:5', directRemoteAddress: '10.2.2.2:5' } };
  const rows: readonly (readonly [string, object, TestExchangeOptions, boolean])[] = [
    ['any', { any: true }, plain, true],
    ['authenticated, with TLS', { authenticated: {} }, {}, true],
    ['authenticated, in plain text', { authenticated: {} }, plain, false],
    ['a name: the first URI', named('spiffe://a'), both, true],
    ['a name: another URI', named('spiffe://b'), both, true],
    ['a name: a DNS name', named('d.test'), both, true],
    ['a name: the subject where there are other names', named('CN=s'), both, true],
    ['a name: another', named('CN=t'), both, false],
    ['an empty name, with TLS and no certificate', named(''), { peerUri: undefined, connection: { tls: true } }, true],
    ['a name: the subject where there are none', named('CN=s'), bare, true],
    ['a name in plain text', named(''), plain, false],
    ['a name that must not be, in plain text', { notId: named('x') }, plain, true],
    ["Istio's namespace", { authenticated: { principalName: { safeRegex: { regex: '.*/ns/shop/.*' } } } }, {}, true],
    ['source_ip', { sourceIp: cidr('10.1.0.0', 16) }, from, true],
    ['direct_remote_ip', { directRemoteIp: cidr('10.2.0.0', 16) }, from, true],
    ['direct_remote_ip, the other address', { directRemoteIp: cidr('10.1.0.0', 16) }, from, false],
    ['remote_ip', { remoteIp: cidr('10.1.0.0', 16) }, from, true],
    ['a header', header('1'), x('1'), true],
    ['a path', { urlPath: { path: exact('/a') } }, { target: '/a' }, true],
    ['and', { andIds: { ids: [header('1'), { authenticated: {} }] } }, x('1'), true],
    ['or', { orIds: { ids: [header('1'), header('2')] } }, x('2'), true],
    ['not', { notId: { any: true } }, {}, false],
  ];
  for (const [what, principal, options, allowed] of rows) {
    it(`${allowed ? 'holds' : 'does not hold'}: ${what}`, () => {
      expect(ofPrincipal(principal).judge(options).allowed).toBe(allowed);
    });
  }

  it('is by the address that x-forwarded-for was trusted for', () => {
    const { judge } = ofPrincipal({ remoteIp: cidr('9.9.9.9', 32) });
    const trusted = (exchange: TestExchange) => {
      exchange.downstreamAddress = '9.9.9.9:0';
    };
    expect(judge({}, trusted).allowed).toBe(true);
  });

  it('reads the claims of a token', () => {
    const { judge } = ofPrincipal({ metadata: claim });
    expect(judge({}, withGroups(['admin'])).allowed).toBe(true);
    expect(judge({}, withGroups([])).allowed).toBe(false);
  });
});

describe('rbac', () => {
  const policy = (permission: object) => ({ permissions: [permission], principals: any });
  const deny = {
    action: 'DENY',
    policies: {
      'z pol': policy({ any: true }),
      'ns[foo]-policy[b a]-rule[0]': policy(header('1')),
      a: policy(header('2')),
    },
  };

  it('allows all where there are no rules, and nothing where there is no policy', () => {
    expect(setUp({}).judge().allowed).toBe(true);
    const { exchange } = setUp({ rules: {} }).judge();
    expect(exchange.outcome).toMatchObject({
      status: 403,
      body: 'RBAC: access denied',
      details: 'rbac_access_denied_matched_policy[none]',
    });
    expect(exchange.flag).toBe('-');
    expect(exchange.reason).toBe('rbac: no policy allows this');
  });

  it('says where the policy stands that denies, or the first that could have allowed', () => {
    const policyFrom: PolicyFrom = (name) => ({
      resource: 'AuthorizationPolicy shop/guard',
      file: 'guard.yaml',
      line: 7,
      rule: `rules[${name}]`,
    });
    const denied = setUp({ rules: { action: 'DENY', policies: { 0: policy({ any: true }) } } }, policyFrom);
    expect(denied.judge().exchange.reason).toBe(
      'rbac: denied by 0; guard.yaml:7 AuthorizationPolicy shop/guard rules[0]',
    );
    const missed = setUp({ rules: { policies: { 0: policy(header('2')), 1: policy(header('3')) } } }, policyFrom);
    expect(missed.judge().exchange.reason).toBe(
      'rbac: no policy allows this; guard.yaml:7 AuthorizationPolicy shop/guard rules[0] and 1 more',
    );
    expect(setUp({ rules: {} }, policyFrom).judge().exchange.reason).toBe('rbac: no policy allows this');
  });

  it('denies by the first policy that holds, in the order of their names, and says which', () => {
    const { judge } = setUp({ rules: deny, rulesStatPrefix: 'rp_' });
    const first = judge(x('1')).exchange;
    expect(first.outcome.details).toBe('rbac_access_denied_matched_policy[ns[foo]-policy[b_a]-rule[0]]');
    expect(first.reason).toBe('rbac: denied by ns[foo]-policy[b a]-rule[0]');
    expect(first.metadata?.get('envoy.filters.http.rbac')).toEqual({
      rp_enforced_effective_policy_id: 'ns[foo]-policy[b a]-rule[0]',
      rp_enforced_engine_result: 'denied',
    });
    expect(judge(x('2')).exchange.outcome.details).toBe('rbac_access_denied_matched_policy[a]');
    expect(judge().exchange.outcome.details).toBe('rbac_access_denied_matched_policy[z_pol]');
  });

  it('judges shadow rules without enforcing them, and counts both', () => {
    const { judge, registry } = setUp({
      rules: { policies: { p1: policy({ urlPath: { path: { prefix: '/ok' } } }) } },
      trackPerRuleStats: true,
      shadowRulesStatPrefix: 'sp_',
      shadowRules: { action: 'DENY', policies: { s1: policy(header('1')) } },
    });
    const { exchange, allowed } = judge({ target: '/ok?x', fields: ['x', '1'] });
    expect(allowed).toBe(true);
    expect(exchange.metadata?.get('envoy.filters.http.rbac')).toEqual({
      enforced_effective_policy_id: 'p1',
      enforced_engine_result: 'allowed',
      sp_shadow_effective_policy_id: 's1',
      sp_shadow_engine_result: 'denied',
    });
    expect(judge({ target: '/no' }).allowed).toBe(false);
    const text = registry.renderPrometheus();
    const labels = (prefix: string) => `{envoy_http_conn_manager_prefix="hp",envoy_rbac_prefix="${prefix}"}`;
    for (const line of [
      `envoy_http_rbac_allowed${labels('')} 1`,
      `envoy_http_rbac_denied${labels('')} 1`,
      `envoy_http_rbac_shadow_allowed${labels('sp_')} 1`,
      `envoy_http_rbac_shadow_denied${labels('sp_')} 1`,
      'envoy_http_rbac_policy_allowed{envoy_http_conn_manager_prefix="hp",envoy_rbac_prefix="",envoy_rbac_policy="p1"} 1',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('only notes for the access log with LOG', () => {
    const { judge } = setUp({ rules: { action: 'LOG', policies: { l: policy(header('1')) } } });
    for (const [value, hint] of [
      ['1', true],
      ['2', false],
    ] as const) {
      const { exchange, allowed } = judge(x(value));
      expect(allowed).toBe(true);
      expect(exchange.metadata?.get('envoy.common')).toEqual({ access_log_hint: hint });
    }
  });

  it('does for a route what its own rules say; without rules it is off there', () => {
    const { judge, kind } = setUp({ rules: {} });
    const perRoute = (own: JsonValue) =>
      kind.compilePerRoute?.(anyPack(RBACPerRouteSchema, fromJson(RBACPerRouteSchema, own)), { clusterRef }, 'test');
    const under = (own: JsonValue) => {
      const prepare = (exchange: TestExchange) => {
        exchange.filterConfig = () => perRoute(own);
      };
      return judge({}, prepare).allowed;
    };
    expect(under({})).toBe(true);
    expect(under({ rbac: { rules: {} } })).toBe(false);
    expect(under({ rbac: { rules: { policies: { p: { permissions: any, principals: any } } } } })).toBe(true);
  });

  const refused = [
    ['field matcher is not supported', { matcher: {} }],
    ['field shadow_matcher is not supported', { shadowMatcher: {} }],
    ['permissions is empty', { rules: { policies: { p: { principals: any } } } }],
    ['principals is empty', { rules: { policies: { p: { permissions: any } } } }],
    ['a permission has no rule', { rules: { policies: { p: { permissions: [{}], principals: any } } } }],
    [
      'condition is not supported',
      { rules: { policies: { p: { permissions: any, principals: any, condition: {} } } } },
    ],
    [
      'filter_state is not supported',
      {
        rules: {
          policies: { p: { permissions: any, principals: [{ filterState: { key: 'k', stringMatch: exact('x') } }] } },
        },
      },
    ],
    [
      'not valid',
      {
        rules: { policies: { p: { permissions: [{ destinationPortRange: { start: 5, end: 5 } }], principals: any } } },
      },
    ],
  ] as const;
  for (const [problem, config] of refused) {
    it(`refuses by name: ${problem}`, () => {
      expect(() => setUp(config)).toThrow(problem);
    });
  }
});
