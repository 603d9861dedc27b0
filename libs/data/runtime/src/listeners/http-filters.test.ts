/** The registry of filters: order, refusals, what routes say of them. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt';
import { FilterConfigSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { FileAccessLogSchema } from '@weft/xds-messages/envoy/extensions/access_loggers/file/v3/file';
import { FaultAbortSchema, HTTPFaultSchema } from '@weft/xds-messages/envoy/extensions/filters/http/fault/v3/fault';
import { RouterSchema } from '@weft/xds-messages/envoy/extensions/filters/http/router/v3/router';
import { ConnectionLimitSchema } from '@weft/xds-messages/envoy/extensions/filters/network/connection_limit/v3/connection_limit';
import { describe, expect, it } from 'vitest';
import { unpack } from '../check/refuse.ts';
import type { Exchange } from '../exchange.ts';
import type { AccessLogKind, HttpFilterKind, NetworkFilterKind } from '../filter.ts';
import { filterDisabled } from '../filter.ts';
import { filtersMax } from '../limits.ts';
import { createPlugs } from '../plugs.ts';
import {
  applyListener,
  firstChain,
  httpHandler,
  listenerOf,
  listenerWhere,
  manager,
  router,
  tcpProxy,
  typed,
} from '../testing/listeners.ts';
import { host, type RouteInit, request, routeTo, routeUpdate } from '../testing/resources.ts';

const calls: string[] = [];
const fault: HttpFilterKind = {
  schema: HTTPFaultSchema,
  perRouteSchema: HTTPFaultSchema,
  supported: { [HTTPFaultSchema.typeName]: ['abort', 'upstream_cluster'] },
  compile(config, name, { clusterRef, direction, statPrefix }) {
    const { upstreamCluster } = anyUnpack(config, HTTPFaultSchema) ?? create(HTTPFaultSchema);
    if (upstreamCluster === 'nothing') return undefined;
    clusterRef(upstreamCluster);
    return {
      name,
      onRequest: () => {
        calls.push(`${name} ${upstreamCluster} ${direction} ${statPrefix}`);
        return true;
      },
      onComplete: () => calls.push(`${name} complete`),
    };
  },
  compilePerRoute: (config) => anyUnpack(config, HTTPFaultSchema)?.upstreamCluster,
};
const limit: NetworkFilterKind = {
  schema: ConnectionLimitSchema,
  supported: { [ConnectionLimitSchema.typeName]: ['stat_prefix'] },
  compile: (_config, name) => ({ name, onConnection: () => undefined }),
};
const log: AccessLogKind = {
  schema: FileAccessLogSchema,
  supported: { [FileAccessLogSchema.typeName]: ['path'] },
  compile: (config, filter) => ({
    kind: 'file',
    wants: () => filter === undefined,
    line: () => '',
    path: unpack(config, FileAccessLogSchema, 'log').path,
  }),
};
const plugs = { httpFilters: [fault], networkFilters: [limit], accessLogs: [log] };
const entry = (name: string, init: MessageInitShape<typeof HTTPFaultSchema>, change: object = {}) => ({
  name,
  configType: typed(HTTPFaultSchema, init),
  ...change,
});
const unknown = (change: object = {}) => ({ name: 'x', configType: typed(ConnectionLimitSchema, {}), ...change });
const apply = (httpFilters: readonly object[]) => applyListener(listenerOf([manager({ httpFilters })]), plugs);

describe('http_filters', () => {
  it('run in their order, those left out that do nothing', () => {
    calls.length = 0;
    const { filters } = httpHandler(
      apply([
        entry('a', { upstreamCluster: 'c' }),
        entry('n', { upstreamCluster: 'nothing' }),
        unknown({ isOptional: true }),
        entry('b', { upstreamCluster: 'd' }),
        router,
      ]),
    );
    for (const filter of filters) filter.onRequest?.({ filterConfig: () => undefined } as unknown as Exchange);
    expect(calls).toEqual(['a c outbound p', 'b d outbound p']);
  });

  it.each([
    ['by default', false, undefined, ['f complete', 'f c outbound p']],
    ['where a route configures it', false, 'x', ['f complete', 'f c outbound p']],
    ['not where a route disables it', false, filterDisabled, []],
    ['not by default where the entry is disabled', true, undefined, []],
    ['where a route configures a disabled entry', true, 'x', ['f complete', 'f c outbound p']],
    ['not where both disable it', true, filterDisabled, []],
  ])('run %s', (_case, disabled, config, expected) => {
    calls.length = 0;
    const [filter] = httpHandler(apply([entry('f', { upstreamCluster: 'c' }, { disabled }), router])).filters;
    const exchange = { filterConfig: (name: string) => (name === 'f' ? config : undefined) } as unknown as Exchange;
    filter?.onComplete?.(exchange);
    expect(filter?.onRequest?.(exchange)).toBe(true);
    expect(calls).toEqual(expected);
  });

  it('of one name all run, in their order', () => {
    expect(httpHandler(apply([entry('a', {}), entry('a', {}), router])).filters).toHaveLength(2);
  });

  const abort = typed(FaultAbortSchema, {}).value;
  it.each([
    [[], 'http_filters: the last one must be the router'],
    [[router, entry('a', {})], 'http filter a: nothing may stand behind the router'],
    [[unknown(), router], `http filter x: ${ConnectionLimitSchema.typeName} is not supported`],
    [[{ name: 'e' }, router], 'http filter e: typed_config is missing'],
    [[entry('a', { maxActiveFaults: 1 }), router], 'http filter a: field max_active_faults is not supported'],
    [
      [entry('a', { abort: { percentage: { numerator: 1 } } }), router],
      `http filter a: field abort is not supported (${abort.typeUrl.slice(20)})`,
    ],
    [[{ ...router, disabled: true }], 'http filter router: the router cannot be disabled'],
    [
      [{ name: 'router', configType: typed(RouterSchema, { respectExpectedRqTimeout: true }) }],
      'http filter router: field respect_expected_rq_timeout is not supported',
    ],
    [Array.from({ length: filtersMax + 1 }, () => router), `http_filters: over ${filtersMax} entries`],
  ])('%#: are refused by name', (filters, reason) => {
    expect(apply(filters).reason).toBe(`${listenerWhere}: ${reason}`);
  });
});

describe('typed_per_filter_config', () => {
  const perRoute = (typedPerFilterConfig: RouteInit['typedPerFilterConfig'] & object) =>
    routeUpdate('r', [host('h', ['*'], [{ ...routeTo('c'), typedPerFilterConfig } as RouteInit])]);
  const where = 'RouteConfiguration r virtual host h route c: typed_per_filter_config["f"]';

  it('is told by its type, whatever listeners there are', () => {
    const { runtime } = apply([router]);
    const body = anyPack(HTTPFaultSchema, create(HTTPFaultSchema, { upstreamCluster: 'of the route' }));
    expect(runtime.apply(perRoute({ f: body }))).toBeUndefined();
    expect(runtime.tables.routes.get('r')?.match(request('GET a/'))?.filterConfigs?.get('f')).toBe('of the route');
    const off = anyPack(FilterConfigSchema, create(FilterConfigSchema, { disabled: true }));
    expect(runtime.apply(perRoute({ f: off }))).toBeUndefined();
    expect(runtime.tables.routes.get('r')?.match(request('GET a/'))?.filterConfigs?.get('f')).toBe(filterDisabled);
  });

  it('is refused by name, unless it is optional', () => {
    const { runtime } = apply([router]);
    const body = anyPack(ConnectionLimitSchema, create(ConnectionLimitSchema));
    expect(runtime.apply(perRoute({ f: body }))).toBe(`${where}: ${ConnectionLimitSchema.typeName} is not supported`);
    const optional = anyPack(FilterConfigSchema, create(FilterConfigSchema, { isOptional: true, config: body }));
    expect(runtime.apply(perRoute({ f: optional }))).toBeUndefined();
    const wrong = anyPack(HTTPFaultSchema, create(HTTPFaultSchema, { maxActiveFaults: 1 }));
    expect(runtime.apply(perRoute({ f: wrong }))).toBe(`${where}: field max_active_faults is not supported`);
  });
});

describe('network filters and access logs', () => {
  const limitOf = (init: MessageInitShape<typeof ConnectionLimitSchema>) => ({
    name: 'limit',
    configType: typed(ConnectionLimitSchema, init),
  });
  const logOf = (init: MessageInitShape<typeof FileAccessLogSchema>, change: object = {}) => ({
    accessLog: [{ name: 'l', configType: typed(FileAccessLogSchema, init), ...change }],
  });

  it('come from their kinds', () => {
    const init = listenerOf(
      [limitOf({ statPrefix: 's' }), tcpProxy(logOf({ path: '/dev/stdout' }))],
      logOf({ path: '/nr' }),
    );
    const applied = applyListener(init, plugs);
    expect(firstChain(applied).networkFilters.map(({ name }) => name)).toEqual(['limit']);
    expect(firstChain(applied).handler.accessLogs).toMatchObject([{ kind: 'file', path: '/dev/stdout' }]);
    expect(applied.table?.accessLogs).toMatchObject([{ path: '/nr' }]);
  });

  it.each([
    [
      listenerOf([limitOf({ maxConnections: 1n }), tcpProxy()]),
      'network filter limit: field max_connections is not supported',
    ],
    [
      listenerOf([tcpProxy(logOf({ accessLogFormat: { case: 'format', value: 'x' } }))]),
      'access_log l: field format is not supported',
    ],
    [
      listenerOf([tcpProxy(logOf({}, { filter: { filterSpecifier: { case: 'traceableFilter', value: {} } } }))]),
      'access_log l: filter: field  is not supported (envoy.config.accesslog.v3.AccessLogFilter)',
    ],
  ])('%#: are refused by name', (init, reason) => {
    expect(applyListener(init, plugs).reason).toBe(`${listenerWhere}: ${reason}`);
  });

  it('are configured by one kind for each message', () => {
    expect(() => createPlugs({ ...plugs, httpFilters: [fault, fault] })).toThrow(/two kinds/);
  });
});
