/** The TCP proxy of a filter chain. */

import type { Any } from '@bufbuild/protobuf/wkt';
import type { Provenance, Random } from '@weft/kernel';
import {
  type TcpProxy,
  TcpProxySchema,
} from '@weft/xds-messages/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import { refuse, unpack } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import { tcpIdleTimeoutMs } from '../limits.ts';
import type { Cluster } from '../tables/cluster.ts';
import type { TcpHandlerTable } from '../tables/listener.ts';
import type { Ref, RouteTarget } from '../tables/route.ts';
import { compileAccessLogs } from './access-log.ts';
import type { ListenerContext } from './listener-context.ts';

/** @param sniCluster a sni_cluster filter stands before it. @throws WeftError `config_rejected` */
export function compileTcpProxy(
  config: Any,
  sniCluster: boolean,
  context: ListenerContext,
  from: Provenance,
  where: string,
): TcpHandlerTable {
  const proxy = unpack(config, TcpProxySchema, where);
  const targets = targetsOf(proxy, context, from, where);
  return {
    kind: 'tcp',
    statPrefix: proxy.statPrefix,
    targets,
    pick: pickOf(targets, where),
    bySni: sniCluster ? (sni) => targetOf(sni, 1, { current: context.routes.clusterNamed(sni) }, from) : undefined,
    idleTimeoutMs: milliseconds(proxy.idleTimeout, tcpIdleTimeoutMs),
    durationMaxMs: milliseconds(proxy.maxDownstreamConnectionDuration, 0),
    connectAttemptsMax: proxy.maxConnectAttempts ?? 1,
    hash: hashOf(proxy, where),
    tunnelHost: tunnelOf(proxy, where),
    accessLogs: compileAccessLogs(proxy.accessLog, context.plugs, where),
  };
}

function targetsOf(proxy: TcpProxy, context: ListenerContext, from: Provenance, where: string): readonly RouteTarget[] {
  const specifier = proxy.clusterSpecifier;
  const one = (name: string, weight: number): RouteTarget => {
    if (name === '') refuse(where, 'the name of the cluster is empty');
    return targetOf(name, weight, context.routes.clusterRef(name), from);
  };
  if (specifier.case === 'cluster') return [one(specifier.value, 1)];
  if (specifier.case !== 'weightedClusters') return refuse(where, 'tcp_proxy has no cluster');
  return specifier.value.clusters.map(({ name, weight }) => {
    if (weight === 0) refuse(where, `weighted_clusters ${name}: weight must be over 0`);
    return one(name, weight);
  });
}

function targetOf(
  clusterName: string,
  weight: number,
  cluster: Ref<Cluster | undefined>,
  from: Provenance,
): RouteTarget {
  return {
    cluster,
    clusterName,
    weight,
    requestHeaders: undefined,
    responseHeaders: undefined,
    rewriteAuthority: undefined,
    filterConfigs: undefined,
    subset: undefined,
    from,
  };
}

function pickOf(targets: readonly RouteTarget[], where: string): (random: Random) => RouteTarget {
  const [first] = targets;
  if (first === undefined) return refuse(where, 'weighted_clusters has no clusters');
  if (targets.length === 1) return () => first;
  const total = targets.reduce((sum, { weight }) => sum + weight, 0);
  return (random) => {
    let left = random() * total;
    for (const target of targets) {
      left -= target.weight;
      if (left < 0) return target;
    }
    return first;
  };
}

function hashOf(proxy: TcpProxy, where: string): TcpHandlerTable['hash'] {
  const [policy] = proxy.hashPolicy;
  if (policy === undefined) return undefined;
  if (proxy.hashPolicy.length > 1) refuse(where, 'hash_policy: one only');
  if (policy.policySpecifier.case !== 'sourceIp') refuse(where, 'hash_policy: only source_ip is supported');
  return 'source-ip';
}

function tunnelOf(proxy: TcpProxy, where: string): string | undefined {
  const host = proxy.tunnelingConfig?.hostname;
  if (host === undefined) return undefined;
  if (host === '') refuse(where, 'tunneling_config.hostname is empty');
  if (host.includes('%')) refuse(where, 'tunneling_config.hostname: %OPERATORS% are not supported');
  return host;
}
