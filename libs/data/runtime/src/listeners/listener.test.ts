/** Listeners: their tables, their chains, what is read before a chain is chosen, and what is refused. */

import { create } from '@bufbuild/protobuf';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { RouterSchema } from '@weft/xds-messages/envoy/extensions/filters/http/router/v3/router';
import { HttpInspectorSchema } from '@weft/xds-messages/envoy/extensions/filters/listener/http_inspector/v3/http_inspector';
import { OriginalDstSchema } from '@weft/xds-messages/envoy/extensions/filters/listener/original_dst/v3/original_dst';
import { ProxyProtocolSchema } from '@weft/xds-messages/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol';
import { TlsInspectorSchema } from '@weft/xds-messages/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector';
import { describe, expect, it } from 'vitest';
import { filterChainsMax, filtersMax } from '../limits.ts';
import {
  applyListener,
  firstChain,
  httpHandler,
  listenerOf,
  listenerWhere,
  manager,
  rds,
  tcpProxy,
  typed,
} from '../testing/listeners.ts';
import { host, request, routeTo, routeUpdate, update } from '../testing/resources.ts';

const inline = (cluster: string) =>
  manager({
    routeSpecifier: {
      case: 'routeConfig',
      value: create(RouteConfigurationSchema, {
        name: 'in',
        virtualHosts: [host('h', ['*'], [routeTo(cluster)])] as never,
      }),
    },
  });
const inspector = (change: object = {}) => ({ name: 'tls', configType: typed(TlsInspectorSchema, {}), ...change });

describe('a listener', () => {
  it('with RDS asks for its routes and points to the place where they will be', () => {
    const applied = applyListener(listenerOf([manager({ routeSpecifier: rds('http_proxy') })]));
    const { runtime, table } = applied;
    expect(runtime.wanted().routes).toEqual(['http_proxy']);
    expect(table).toMatchObject({ bind: '127.0.0.1', port: 15_001, direction: 'outbound', bindToPort: true });
    const handler = httpHandler(applied);
    expect(handler.routes.current).toBeUndefined();
    runtime.apply(routeUpdate('http_proxy', [host('h', ['*'], [routeTo('c')])]));
    expect(handler.routes.current?.name).toBe('http_proxy');
    runtime.apply(update(ListenerSchema, [], ['127.0.0.1_15001']));
    expect(runtime.wanted().routes).toEqual([]);
    expect(runtime.tables.routes.size).toBe(0);
    // A connection that drains still has them.
    expect(handler.routes.current?.name).toBe('http_proxy');
  });

  it('with routes of its own gives their changes to open connections too, until it is gone', () => {
    const applied = applyListener(listenerOf([inline('first')]));
    const handler = httpHandler(applied);
    expect(handler.routes.current?.match(request('GET a/'))?.name).toBe('first');
    applied.runtime.apply(update(ListenerSchema, [listenerOf([inline('second')])]));
    expect(handler.routes.current?.match(request('GET a/'))?.name).toBe('second');
    applied.runtime.apply(update(ListenerSchema, [], ['127.0.0.1_15001']));
    expect(handler.routes.current?.match(request('GET a/'))?.name).toBe('second');
  });

  it('keeps the chains that an update leaves as they are, and makes the others anew', () => {
    const chains = (second: string) =>
      ['a', second].map((name, index) => ({
        name: `chain ${index}`,
        filterChainMatch: { destinationPort: 80 + index },
        filters: [inline(name)],
      }));
    const applied = applyListener(listenerOf([], { filterChains: chains('b') }));
    const before = applied.table?.chains ?? [];
    applied.runtime.apply(update(ListenerSchema, [listenerOf([], { filterChains: chains('c') })]));
    const after = applied.runtime.tables.listeners.get('127.0.0.1_15001')?.chains ?? [];
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    const handler = after[0]?.handler;
    expect(handler?.kind === 'http' ? handler.routes.current?.match(request('GET a/'))?.name : undefined).toBe('a');
  });

  it('keeps the routes of its chains apart', () => {
    const chains = ['a', 'b'].map((name, index) => ({
      name,
      filterChainMatch: { destinationPort: 80 + index },
      filters: [inline(name)],
    }));
    const { table } = applyListener(
      listenerOf([], { filterChains: chains, defaultFilterChain: { filters: [inline('d')] } }),
    );
    const named = [...(table?.chains ?? []), table?.defaultChain].map((chain) =>
      chain?.handler.kind === 'http' ? chain.handler.routes.current?.match(request('GET a/'))?.name : undefined,
    );
    expect(named).toEqual(['a', 'b', 'd']);
  });

  it('says where the policies of its filters were written', () => {
    const guard = { resource: 'AuthorizationPolicy shop/guard', file: 'g.yaml', line: 3, rule: 'rules[0]' };
    const metadata = { filterMetadata: { weft: { policies: { 'ns[shop]-policy[guard]-rule[0]': guard, odd: 1 } } } };
    const { table } = applyListener(listenerOf([inline('a')], { metadata }));
    expect([...(table?.policies ?? [])]).toEqual([['ns[shop]-policy[guard]-rule[0]', guard]]);
  });

  it('says whose workload it is, where it came from, and that it is a gateway where this is one', () => {
    const weft = {
      resource: 'Gateway shop/g',
      file: 'g.yaml',
      line: 3,
      rule: 'servers[0]',
      workload: { workload: 'gw', namespace: 'istio-system', app: 'gw', canonicalService: 'gw' },
    };
    const init = listenerOf([tcpProxy()], { metadata: { filterMetadata: { weft } } });
    const { table } = applyListener(init, { outbound: 'gateway' });
    expect(table?.direction).toBe('gateway');
    expect(table?.from).toEqual({ resource: 'Gateway shop/g', file: 'g.yaml', line: 3, rule: 'servers[0]' });
    expect(table?.workload).toMatchObject({ workload: 'gw', version: 'unknown', canonicalRevision: 'latest' });
  });

  it('without a direction is a proxy in front of others', () => {
    expect(applyListener(listenerOf([tcpProxy()], { trafficDirection: 0 })).table?.direction).toBe('outbound');
    expect(applyListener(listenerOf([tcpProxy()], { trafficDirection: 1 })).table?.direction).toBe('inbound');
  });

  it('that captures reads the original destination and hands connections over', () => {
    const { table } = applyListener(listenerOf([tcpProxy()], { useOriginalDst: true }));
    expect(table).toMatchObject({ useOriginalDestination: true, originalDestination: true });
    const behind = applyListener(listenerOf([tcpProxy()], { bindToPort: false })).table;
    expect(behind).toMatchObject({ bindToPort: false, useOriginalDestination: false, originalDestination: false });
  });

  it('reads what its listener filters say, for the ports that they are for', () => {
    const ports = { rule: { case: 'destinationPortRange', value: { start: 3_306, end: 3_307 } } };
    const { table } = applyListener(
      listenerOf([tcpProxy()], {
        listenerFilters: [
          { name: 'dst', configType: typed(OriginalDstSchema, {}) },
          { name: 'pp', configType: typed(ProxyProtocolSchema, { allowRequestsWithoutProxyProtocol: true }) },
          inspector({ filterDisabled: ports }),
          {
            name: 'http',
            configType: typed(HttpInspectorSchema, {}),
            filterDisabled: {
              rule: { case: 'orMatch', value: { rules: [{ rule: { case: 'notMatch', value: ports } }, ports] } },
            },
          },
        ],
        listenerFiltersTimeout: { seconds: 0n, nanos: 100_000_000 },
        continueOnListenerFiltersTimeout: true,
        perConnectionBufferLimitBytes: 32_768,
      }),
    );
    expect(table).toMatchObject({
      originalDestination: true,
      proxyProtocol: 'optional',
      inspectTls: true,
      inspectHttp: true,
      inspectTimeoutMs: 100,
      continueOnTimeout: true,
      bufferBytesMax: 32_768,
    });
    expect([3_305, 3_306, 3_307].map((port) => table?.skipTlsInspection?.(port))).toEqual([false, true, false]);
    expect(table?.skipHttpInspection?.(1)).toBe(true);
  });

  it('without listener filters has Envoy’s time-out and looks at nothing', () => {
    expect(applyListener(listenerOf([tcpProxy()])).table).toMatchObject({
      inspectTimeoutMs: 15_000,
      continueOnTimeout: false,
      proxyProtocol: undefined,
      inspectTls: false,
      inspectHttp: false,
      skipTlsInspection: undefined,
      bufferBytesMax: 1_048_576,
    });
  });

  it.each([
    [{ transportProtocol: 'tls' }, true],
    [{ serverNames: ['a.test'] }, true],
    [{ applicationProtocols: ['h2'] }, true],
    [{ applicationProtocols: ['h2c'], transportProtocol: 'raw_buffer' }, false],
    [{ sourcePorts: [1] }, false],
  ])('looks at the ClientHello where a chain cannot be told without it: %j', (filterChainMatch, inspectTls) => {
    expect(applyListener(listenerOf([tcpProxy()], {}, { filterChainMatch })).table?.inspectTls).toBe(inspectTls);
  });
});

describe('a filter chain', () => {
  it('has every criterion of its match', () => {
    const range = (addressPrefix: string, prefixLen?: number) => ({ addressPrefix, prefixLen });
    const chain = firstChain(
      applyListener(
        listenerOf(
          [tcpProxy()],
          {},
          {
            name: 'x',
            transportSocketConnectTimeout: { seconds: 3n },
            filterChainMatch: {
              destinationPort: 443,
              prefixRanges: [range('10.0.0.0', 8), range('::1', 128)],
              sourcePrefixRanges: [range('192.168.0.0', 16)],
              directSourcePrefixRanges: [range('0.0.0.0')],
              sourcePorts: [5, 6],
              sourceType: 2,
              serverNames: ['*.Shop.test', 'x'],
              transportProtocol: 'tls',
              applicationProtocols: ['istio'],
            },
          },
        ),
      ),
    );
    expect(chain).toMatchObject({ name: 'x', handshakeTimeoutMs: 3_000, tls: undefined, networkFilters: [] });
    expect(chain.match).toEqual({
      destinationPort: 443,
      destinationRanges: ['10.0.0.0/8', '::1/128'],
      sourceRanges: ['192.168.0.0/16'],
      directSourceRanges: ['0.0.0.0/0'],
      sourcePorts: [5, 6],
      sourceType: 'external',
      serverNames: ['*.shop.test', 'x'],
      transportProtocol: 'tls',
      applicationProtocols: ['istio'],
    });
  });

  it('without a match takes all', () => {
    expect(firstChain(applyListener(listenerOf([tcpProxy()]))).match).toMatchObject({
      destinationPort: undefined,
      sourceType: 'any',
      transportProtocol: '',
    });
  });
});

describe('a listener is refused by name', () => {
  const wrong = { name: 'x', configType: typed(RouterSchema, {}) };
  it.each([
    [listenerOf([tcpProxy()], { freebind: true }), 'field freebind is not supported'],
    [
      listenerOf([tcpProxy()], { address: { address: { case: 'pipe', value: { path: '/run/a.sock' } } } }),
      'address.pipe: Unix sockets are not listened on, only TCP ports',
    ],
    [
      listenerOf([tcpProxy()], { transparent: true }),
      'transparent (TPROXY) is not supported: take connections by REDIRECT, as `weft capture` does (INTERCEPTION_MODE)',
    ],
    [listenerOf([tcpProxy()], { apiListener: {} }), 'field api_listener is not supported'],
    [listenerOf([tcpProxy()], { additionalAddresses: [{}] }), 'field additional_addresses is not supported'],
    [listenerOf([tcpProxy()], { filterChains: [] }), 'filter_chains is empty'],
    [listenerOf([tcpProxy()], { address: {} }), 'address.socket_address is missing'],
    [listenerOf([]), 'filters: the last one must be an HTTP connection manager or a TCP proxy'],
    [listenerOf([wrong]), 'network filter x: envoy.extensions.filters.http.router.v3.Router is not supported'],
    [listenerOf([tcpProxy(), tcpProxy()]), 'network filter tcp must be the last one'],
    [
      listenerOf([tcpProxy()], { listenerFilters: [wrong] }),
      'listener filter x: envoy.extensions.filters.http.router.v3.Router is not supported',
    ],
    [
      listenerOf([tcpProxy()], {
        listenerFilters: [inspector({ configType: typed(TlsInspectorSchema, { enableJa3Fingerprinting: true }) })],
      }),
      'listener filter tls: field enable_ja3_fingerprinting is not supported',
    ],
    [
      listenerOf([tcpProxy()], { listenerFilters: Array.from({ length: filtersMax + 1 }, () => inspector()) }),
      `listener_filters: over ${filtersMax} entries`,
    ],
    [
      listenerOf([tcpProxy()], { filterChains: Array.from({ length: filterChainsMax + 1 }, () => ({})) }),
      `filter_chains: over ${filterChainsMax}`,
    ],
    [
      listenerOf([tcpProxy()], { filterChains: [{ filters: [tcpProxy()] }, { name: 'y', filters: [tcpProxy()] }] }),
      'filter chains y and #0 have the same filter_chain_match',
    ],
    [
      listenerOf(
        [tcpProxy()],
        {},
        { name: 'n', filterChainMatch: { prefixRanges: [{ addressPrefix: '10.0.0.0', prefixLen: 33 }] } },
      ),
      'filter chain n: filter_chain_match: prefix_ranges: 10.0.0.0/33 is no range of addresses',
    ],
    [
      listenerOf([tcpProxy()], {}, { filterChainMatch: { serverNames: ['a*.test'] } }),
      'filter_chain_match: server_names: "a*.test": a wildcard stands for whole labels at the beginning only',
    ],
    [
      listenerOf([tcpProxy()], {}, { filterChainMatch: { addressSuffix: '1' } }),
      'field filter_chains[0].filter_chain_match.address_suffix is not supported',
    ],
  ])('%#', (init, reason) => {
    expect(applyListener(init).reason).toBe(`${listenerWhere}: ${reason}`);
  });
});
