/** Listeners in a few words, for tests. */

import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { createManualClock } from '@weft/kernel';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { RouterSchema } from '@weft/xds-messages/envoy/extensions/filters/http/router/v3/router';
import { HttpConnectionManagerSchema } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { TcpProxySchema } from '@weft/xds-messages/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import type { Runtime, RuntimeOptions } from '../runtime.ts';
import type { HttpHandlerTable } from '../tables/http-handler.ts';
import type { FilterChainTable, ListenerTable, TcpHandlerTable } from '../tables/listener.ts';
import { ads, testRuntime, update } from './resources.ts';

export type ListenerInit = MessageInitShape<typeof ListenerSchema> & { name: string };
export type ManagerInit = MessageInitShape<typeof HttpConnectionManagerSchema>;
type TcpInit = MessageInitShape<typeof TcpProxySchema>;

/** Where its refusals begin. */
export const listenerWhere = 'Listener 127.0.0.1_15001';

/** A typed_config. */
export function typed<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>) {
  return { case: 'typedConfig' as const, value: anyPack(schema, create(schema, init)) };
}

export const router = { name: 'router', configType: typed(RouterSchema, {}) };

export const rds = (name: string): NonNullable<ManagerInit['routeSpecifier']> => ({
  case: 'rds',
  value: { configSource: ads, routeConfigName: name },
});

/** A network filter: the connection manager, routes "r" by RDS. */
export function manager(change: object = {}) {
  const config = { statPrefix: 'p', routeSpecifier: rds('r'), httpFilters: [router], ...change } as ManagerInit;
  return { name: 'hcm', configType: typed(HttpConnectionManagerSchema, config) };
}

/** A network filter: the TCP proxy, to cluster "c". */
export function tcpProxy(change: object = {}) {
  const config = { statPrefix: 't', clusterSpecifier: { case: 'cluster', value: 'c' }, ...change } as TcpInit;
  return { name: 'tcp', configType: typed(TcpProxySchema, config) };
}

/** @param chain fields of its one chain beside `filters`. */
export function listenerOf(filters: readonly object[], change: object = {}, chain: object = {}): ListenerInit {
  const socketAddress = { address: '127.0.0.1', portSpecifier: { case: 'portValue', value: 15_001 } };
  return {
    name: '127.0.0.1_15001',
    address: { address: { case: 'socketAddress', value: socketAddress } },
    trafficDirection: 2,
    filterChains: [{ filters, ...chain }],
    ...change,
  } as ListenerInit;
}

export interface Applied {
  readonly runtime: Runtime;
  readonly reason: string | undefined;
  readonly table: ListenerTable | undefined;
}

/** A fresh runtime with this one listener. */
export function applyListener(init: ListenerInit, options: Partial<RuntimeOptions> = {}): Applied {
  const runtime = testRuntime(createManualClock(), options);
  const reason = runtime.apply(update(ListenerSchema, [init]));
  return { runtime, reason, table: runtime.tables.listeners.get(init.name) };
}

/** The first chain of a listener that must be in force. */
export function firstChain({ table, reason }: Applied): FilterChainTable {
  const chain = table?.chains[0];
  if (chain === undefined) throw new Error(reason ?? 'no chain');
  return chain;
}

export function httpHandler(applied: Applied): HttpHandlerTable {
  const { handler } = firstChain(applied);
  if (handler.kind !== 'http') throw new Error('no http');
  return handler;
}

export function tcpHandler(applied: Applied): TcpHandlerTable {
  const { handler } = firstChain(applied);
  if (handler.kind !== 'tcp') throw new Error('no tcp');
  return handler;
}
