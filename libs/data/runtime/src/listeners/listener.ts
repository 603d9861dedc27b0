/** A Listener message as a table. */

import { anyIs } from '@bufbuild/protobuf/wkt';
import { TrafficDirection } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { Listener } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { HttpConnectionManagerSchema } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { refuse } from '../check/refuse.ts';
import { ownWorkload, provenanceOf } from '../metadata.ts';
import type { ListenerTable, RouteTable } from '../tables.ts';
import { compileDownstreamTls } from '../tls/transport-socket.ts';
import { compileHttpManager, type HttpManagerContext } from './http-manager.ts';
import { compileTcpProxy } from './tcp-proxy.ts';

export interface CompiledListener {
  readonly table: ListenerTable;
  /** RDS name that it wants. */
  readonly routeName: string | undefined;
  /** Its own routes, to be put into the place that `table` points to. */
  readonly inlineRoutes: RouteTable | undefined;
}

export interface ListenerContext extends HttpManagerContext {
  /** What OUTBOUND means here. */
  readonly outbound: 'outbound' | 'gateway';
}

/** @throws WeftError `config_rejected` */
export function compileListener(listener: Listener, context: ListenerContext, where: string): CompiledListener {
  const socket = listener.address?.address;
  if (socket?.case !== 'socketAddress') return refuse(where, 'address.socket_address is missing');
  const { address, portSpecifier } = socket.value;
  if (portSpecifier.case !== 'portValue' || portSpecifier.value > 65_535)
    return refuse(where, 'port_value is not valid');
  const [chain] = listener.filterChains;
  if (chain === undefined || listener.filterChains.length > 1)
    return refuse(where, 'exactly one filter chain is supported');
  const [filter] = chain.filters;
  if (filter === undefined || chain.filters.length > 1) return refuse(where, 'exactly one network filter is supported');
  const from = provenanceOf(listener.metadata);
  const base = {
    name: listener.name,
    bind: address,
    port: portSpecifier.value,
    direction: directionOf(listener.trafficDirection, context, where),
    from,
    workload: ownWorkload(listener.metadata),
    tls: compileDownstreamTls(chain.transportSocket, where),
  };
  const config = filter.configType.case === 'typedConfig' ? filter.configType.value : undefined;
  if (config !== undefined && anyIs(config, HttpConnectionManagerSchema)) {
    const { handler, routeName, inlineRoutes } = compileHttpManager(config, listener.name, context, where);
    return { table: { ...base, handler }, routeName, inlineRoutes };
  }
  const handler = compileTcpProxy(config, context.clusterRef, from, where);
  return { table: { ...base, handler }, routeName: undefined, inlineRoutes: undefined };
}

function directionOf(direction: TrafficDirection, context: ListenerContext, where: string): ListenerTable['direction'] {
  if (direction === TrafficDirection.INBOUND) return 'inbound';
  if (direction === TrafficDirection.OUTBOUND) return context.outbound;
  return refuse(where, 'traffic_direction must be INBOUND or OUTBOUND');
}
