/** What tables and virtual hosts say for their routes, and what a large table costs. */

import type { JsonValue } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { filterDisabled } from '../filter.ts';
import { forwardOf, onlyRoute, refusal, request, tableOf, testContext, typed } from './testing/route-fixtures.ts';

const route = { route: { cluster: 'a' } };

describe('a route', () => {
  it('has the timeout as written, none for 0, and 15 s where it does not say', () => {
    expect(forwardOf({ timeout: '1.5s' }).timeoutMs).toBe(1_500);
    expect(forwardOf({ timeout: '0s' }).timeoutMs).toBe(0);
    expect(forwardOf({}).timeoutMs).toBe(15_000);
  });

  it('has the other durations only where it says them', () => {
    expect(forwardOf({})).toMatchObject({
      idleTimeoutMs: undefined,
      maxDurationMs: undefined,
      grpcMaxMs: undefined,
      grpcOffsetMs: 0,
    });
    const said = { max_stream_duration: '9s', grpc_timeout_header_max: '0s', grpc_timeout_header_offset: '0.010s' };
    expect(forwardOf({ idle_timeout: '3s', max_stream_duration: said })).toMatchObject({
      idleTimeoutMs: 3_000,
      maxDurationMs: 9_000,
      grpcMaxMs: 0,
      grpcOffsetMs: 10,
    });
    expect(forwardOf({ max_grpc_timeout: '5s', grpc_timeout_offset: '1s' })).toMatchObject({
      grpcMaxMs: 5_000,
      grpcOffsetMs: 1_000,
    });
  });

  it('has a name, an operation and sampling of its own', () => {
    expect(onlyRoute(route)).toMatchObject({ name: '', operation: '', tracing: undefined, virtualHost: { name: 'h' } });
    const tracing = {
      client_sampling: { numerator: 0 },
      random_sampling: { numerator: 15, denominator: 'TEN_THOUSAND' },
    };
    expect(onlyRoute({ ...route, name: 'n', decorator: { operation: 'a:80/*' }, tracing })).toMatchObject({
      name: 'n',
      operation: 'a:80/*',
      tracing: { clientSampling: 0, randomSampling: 0.15, overallSampling: 100 },
    });
  });

  it('has what the virtual host says of attempts and buffers', () => {
    const host = {
      include_request_attempt_count: true,
      include_attempt_count_in_response: true,
      per_request_buffer_limit_bytes: 9,
    };
    expect(forwardOf({}, host)).toMatchObject({
      attemptCountInRequest: true,
      attemptCountInResponse: true,
      bufferBytesMax: 9,
    });
    expect(onlyRoute({ ...route, per_request_buffer_limit_bytes: 5 }, host).action).toMatchObject({
      bufferBytesMax: 5,
    });
    expect(forwardOf({})).toMatchObject({
      attemptCountInRequest: false,
      attemptCountInResponse: false,
      bufferBytesMax: undefined,
    });
  });

  it('follows redirects as its policy says', () => {
    expect(forwardOf({}).internalRedirect).toBeUndefined();
    expect(forwardOf({ internal_redirect_policy: {} }).internalRedirect).toEqual({
      redirectsMax: 1,
      statusCodes: [302],
      allowCrossScheme: false,
      safeCrossScheme: false,
      fieldsToCopy: [],
    });
    const policy = {
      max_internal_redirects: 3,
      redirect_response_codes: [301, 307],
      allow_cross_scheme_redirect: true,
      response_headers_to_copy: ['X-Token'],
    };
    expect(forwardOf({ internal_redirect_policy: policy }).internalRedirect).toEqual({
      redirectsMax: 3,
      statusCodes: [301, 307],
      allowCrossScheme: true,
      safeCrossScheme: false,
      fieldsToCopy: ['x-token'],
    });
  });

  it('turns upgrades on and off', () => {
    const upgrade_configs = [{ upgrade_type: 'WebSocket' }, { upgrade_type: 'other', enabled: false }];
    expect([...(forwardOf({ upgrade_configs }).upgrades ?? [])]).toEqual([
      ['websocket', true],
      ['other', false],
    ]);
    expect(forwardOf({}).upgrades).toBeUndefined();
  });

  it.each([
    [{ cluster_not_found_response_code: 'NOT_FOUND' }, { clusterNotFoundStatus: 404 }],
    [{ cluster_not_found_response_code: 'INTERNAL_SERVER_ERROR' }, { clusterNotFoundStatus: 500 }],
    [{}, { clusterNotFoundStatus: 503, priority: 'default', autoHostRewrite: false, appendForwardedHost: false }],
    [
      { priority: 'HIGH', auto_host_rewrite: true, append_x_forwarded_host: true },
      { priority: 'high', autoHostRewrite: true, appendForwardedHost: true },
    ],
  ])('takes %j', (action, expected) => {
    expect(forwardOf(action)).toMatchObject(expected);
  });

  const unsupported: readonly (readonly [Record<string, JsonValue>, string])[] = [
    [{ route: { cluster: 'a', internal_redirect_policy: { redirect_response_codes: [200] } } }, '200 is no redirect'],
    [{ route: { cluster: 'a', internal_redirect_policy: { response_headers_to_copy: ['host'] } } }, 'cannot be copied'],
    [
      { route: { cluster: 'a', upgrade_configs: [{ upgrade_type: 'CONNECT', connect_config: {} }] } },
      'needs a connect_matcher',
    ],
    [
      { route: { cluster: 'a', upgrade_configs: [{ upgrade_type: 'x', connect_config: {} }] } },
      'connect_config is for CONNECT',
    ],
    [{ non_forwarding_action: {} }, 'nonForwardingAction is not supported'],
    [{ route: { cluster_specifier_plugin: 'p' } }, 'clusterSpecifierPlugin is not supported'],
    [{ route: {} }, 'route has no cluster'],
    [{}, 'it has no action'],
  ];
  it.each(unsupported)('refuses %j', (init, message) => {
    expect(refusal(() => onlyRoute(init))).toContain(message);
  });
});

describe('per-route configurations of filters', () => {
  const any = (typeName: string, more: Record<string, JsonValue> = {}) => typed({ typeName }, more);
  const filterConfig = 'envoy.config.route.v3.FilterConfig';
  const hosts = 'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate';
  const config = any(hosts);

  it('come from the most specific level, entry by entry', () => {
    const level = (...names: string[]) => ({
      typed_per_filter_config: Object.fromEntries(names.map((name) => [name, config])),
    });
    const disabled = { typed_per_filter_config: { two: any(filterConfig, { disabled: true }) } };
    const found = onlyRoute({ ...route, ...disabled }, level('two', 'three'), level('one', 'two')).filterConfigs;
    expect([...(found ?? [])]).toEqual([
      ['one', `one:${hosts}`],
      ['two', filterDisabled],
      ['three', `three:${hosts}`],
    ]);
    expect(onlyRoute(route).filterConfigs).toBeUndefined();
  });

  it('are left out where they are optional and nobody takes them', () => {
    const asked: boolean[] = [];
    const context = testContext({
      filterConfig(_name, _config, _where, optional) {
        asked.push(optional);
        return undefined;
      },
    });
    const wrapped = { f: any(filterConfig, { is_optional: true, config }) };
    expect(onlyRoute({ ...route, typed_per_filter_config: wrapped }, {}, {}, context).filterConfigs).toBeUndefined();
    expect(asked).toEqual([true]);
    const empty = { ...route, typed_per_filter_config: { f: any(filterConfig) } };
    expect(refusal(() => onlyRoute(empty))).toContain('FilterConfig has no config');
  });
});

describe('a table', () => {
  it('refuses clusters that do not exist where it validates them', () => {
    const unknown = { route: { cluster: 'zz' } };
    expect(refusal(() => onlyRoute(unknown, {}, { validate_clusters: true }))).toContain('cluster "zz" is not known');
    expect(onlyRoute(unknown).action.kind).toBe('forward');
    expect(onlyRoute(route, {}, { validate_clusters: true }).action.kind).toBe('forward');
  });

  it('names the headers of the inside', () => {
    const table = tableOf([], { internal_only_headers: ['X-Inner'] });
    expect(table.internalOnlyHeaders).toEqual(['x-inner']);
  });

  it('makes no place for a name that a request gives', () => {
    const places: string[] = [];
    const context = testContext({
      clusterRef(name) {
        places.push(name);
        return { current: undefined };
      },
    });
    const action = forwardOf({ cluster_header: 'x-c' }, {}, {}, context);
    action.pick(() => 0, request('GET a/', { 'x-c': 'attack' }));
    expect(places).toEqual([]);
  });
});
