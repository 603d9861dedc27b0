/** One filter chain: whom it takes, TLS, network filters, and the handler at its end. */

import { type Any, anyIs } from '@bufbuild/protobuf/wkt';
import type { Filter, FilterChain } from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import { HttpConnectionManagerSchema } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { SniClusterSchema } from '@weft/xds-messages/envoy/extensions/filters/network/sni_cluster/v3/sni_cluster';
import { TcpProxySchema } from '@weft/xds-messages/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import { refuse, unpack, withinPlug } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import { filtersMax, handshakeTimeoutMs } from '../limits.ts';
import { metricChanges, provenanceOf } from '../metadata.ts';
import { checkPlugConfig, typeNameOf } from '../plugs.ts';
import type { FilterChainTable, NetworkFilter } from '../tables/listener.ts';
import { compileDownstreamSocket } from '../tls/transport-socket.ts';
import { compileChainMatch } from './filter-chain-match.ts';
import { compileHttpManager } from './http-manager.ts';
import type { ListenerContext, ListenerFindings } from './listener-context.ts';
import { compileTcpProxy } from './tcp-proxy.ts';

/** @param unnamed what it is called where it has no name. @throws WeftError `config_rejected` */
export function compileChain(
  chain: FilterChain,
  unnamed: string,
  context: ListenerContext,
  findings: ListenerFindings,
  listener: string,
): FilterChainTable {
  const name = chain.name || unnamed;
  // A listener with one nameless chain needs no second name in its refusals.
  const where = chain.name === '' && unnamed === '#0' ? listener : `${listener}: filter chain ${name}`;
  const socket = compileDownstreamSocket(chain.transportSocket, where);
  for (const secret of socket?.secrets.named ?? []) findings.secretNames.add(secret);
  for (const [secret, content] of socket?.secrets.inline ?? []) findings.inlineSecrets.set(secret, content);
  const from = provenanceOf(chain.metadata);
  const { handlerConfig, networkFilters, sniCluster } = compileFilters(chain.filters, context, findings, where);
  const key = `${findings.name}${unnamed === name ? '' : '/'}${name}`;
  const metrics = metricChanges(chain.metadata);
  const handler = anyIs(handlerConfig, HttpConnectionManagerSchema)
    ? compileHttpManager(handlerConfig, key, context, findings, where)
    : compileTcpProxy(handlerConfig, sniCluster, context, from, where);
  return {
    name,
    from,
    match: compileChainMatch(chain.filterChainMatch, where),
    tls: socket?.tls,
    handshakeTimeoutMs: milliseconds(chain.transportSocketConnectTimeout, 0) || handshakeTimeoutMs,
    networkFilters,
    handler: metrics.length === 0 ? handler : { ...handler, metrics },
  };
}

interface CompiledFilters {
  readonly handlerConfig: Any;
  readonly networkFilters: readonly NetworkFilter[];
  readonly sniCluster: boolean;
}

function compileFilters(
  filters: readonly Filter[],
  context: ListenerContext,
  findings: ListenerFindings,
  where: string,
): CompiledFilters {
  if (filters.length > filtersMax) refuse(where, `filters: over ${filtersMax} entries`);
  const networkFilters: NetworkFilter[] = [];
  let sniCluster = false;
  for (const [index, filter] of filters.entries()) {
    const config = configOf(filter, where);
    if (anyIs(config, HttpConnectionManagerSchema) || anyIs(config, TcpProxySchema)) {
      if (index !== filters.length - 1) refuse(where, `network filter ${filter.name} must be the last one`);
      if (sniCluster && anyIs(config, HttpConnectionManagerSchema))
        refuse(where, 'sni_cluster is for a tcp_proxy only');
      return { handlerConfig: config, networkFilters, sniCluster };
    }
    const at = `${where}: network filter ${filter.name}`;
    if (anyIs(config, SniClusterSchema)) {
      unpack(config, SniClusterSchema, at);
      sniCluster = true;
      continue;
    }
    const type = typeNameOf(config);
    const kind = context.plugs.network.get(type) ?? refuse(at, `${type} is not supported`);
    checkPlugConfig(config, kind.schema, kind.supported, at);
    const { clusterRef } = context.routes;
    const { direction } = findings;
    const compiled = withinPlug(kind.supported, () => kind.compile(config, filter.name, { clusterRef, direction }, at));
    if (compiled !== undefined) networkFilters.push(compiled);
  }
  return refuse(where, 'filters: the last one must be an HTTP connection manager or a TCP proxy');
}

function configOf(filter: Filter, where: string): Any {
  if (filter.configType.case !== 'typedConfig') refuse(where, `network filter ${filter.name}: typed_config is missing`);
  return filter.configType.value;
}
