/** A gateway's listeners: one per address and port of the servers that select it, one chain for each that ends TLS or passes it on. */

import { groupBy } from '@weft/kernel';
import type { Listener } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import type { Context, Generator } from '../context.ts';
import { isAutoPassthrough, passedClusters, sniOf } from '../gateway-auto-passthrough.ts';
import { sharedHosts } from '../gateway-hosts.ts';
import { type BoundServer, gatewayServers } from '../gateway-servers.ts';
import { isUnixAddress } from '../messages/core.ts';
import { tlsInspector } from '../messages/listener-filters.ts';
import { httpConnectionManager, httpFilter } from '../messages/network-filters.ts';
import { tcpProxy } from '../messages/tcp-proxy.ts';
import { hostCovers } from '../model-index.ts';
import { listenerName } from '../names.ts';
import { authorizationNetworkFilters } from '../network-filters/authorization.ts';
import { policyNotices } from '../policies/applied.ts';
import { notice } from '../provenance.ts';
import { gatewayRoutesOf, serverKind } from '../routes/gateway-names.ts';
import { rootSourceFor, secretFor } from '../secrets/credentials.ts';
import { plannedClusters } from '../service-clusters.ts';
import { isTranslated } from '../translated/gateway-resources.ts';
import { serverOrigin } from '../translated/origins.ts';
import { routeSemantics } from '../virtual-services/semantics.ts';
import { withoutConflicts } from './chain-conflicts.ts';
import { type Chain, listener } from './listener.ts';
import { listenerInputs } from './listener-inputs.ts';
import { tcpRuleChains, tlsRuleChains } from './outbound-tcp.ts';
import { credentialsOf, missingCredential, rootCredential, serverTls } from './server-tls.ts';
import type { TcpFindings, TcpPlace } from './tcp-targets.ts';

export const gatewayListeners: Generator = (context) => {
  const { proxy, world, scope, emit } = context;
  if (proxy.type !== 'router') return;
  for (const [port, servers] of gatewayServers(context)) {
    for (const [bind, bound] of groupBy(servers, ({ bind }) => bind)) {
      emit({
        type: 'listener',
        name: isUnixAddress(bind) ? bind : listenerName(bind, port),
        scope: proxy.id,
        inputs: [
          ...listenerInputs(context),
          ...bound.flatMap(({ gateway, rule }) => [gateway, rule]),
          ...bound.flatMap((each) => credentialInputs(context, each)),
          ...(bound.some((each) => serverKind(each) === 'connections') ? [scope.view, world.routingInputs] : []),
          bound.some(isAutoPassthrough) ? plannedClusters(context) : undefined,
        ],
        build() {
          const findings: TcpFindings = { notices: new Set(), missingClusters: new Set() };
          const message = gatewayListener(context, bind, port, bound, findings);
          return {
            message,
            notices: [...policyNotices(context), ...findings.notices],
            missingClusters: [...findings.missingClusters],
            // Envoy refuses a listener without chains; the port stays closed, as at Istio's gateways.
            absent: message.filterChains.length === 0,
          };
        },
      });
    }
  }
};

/** The Secrets themselves: one that comes or goes changes which servers are there. */
function credentialInputs(context: Context, { server, gateway }: BoundServer): readonly unknown[] {
  if (server.tls === undefined) return [];
  const root = rootCredential(server.tls);
  return [
    ...credentialsOf(server.tls).map((name) => secretFor(context, name, gateway)),
    ...(root === undefined ? [] : [rootSourceFor(context, root, gateway)]),
  ];
}

/** Whether a port is plain or TLS is decided by its oldest server: both at once cannot be told apart. */
function gatewayListener(
  context: Context,
  bind: string,
  port: number,
  servers: readonly BoundServer[],
  findings: TcpFindings,
): Listener {
  const { world } = context;
  const [first] = servers as readonly [BoundServer, ...BoundServer[]];
  const fits = servers.filter((bound) => {
    if (familyOf(bound) === familyOf(first)) return true;
    const by = `${first.gateway.namespace}/${first.gateway.name}`;
    report(findings, bound, `port ${port} is taken as ${familyOf(first)} by the older Gateway ${by}`);
    return false;
  });
  const chains =
    familyOf(first) === 'HTTP'
      ? [httpChain(context, bind, port, `http.${port}`)]
      : fits.flatMap((bound) => serverChains(context, bind, bound, findings));
  const kept = withoutConflicts(chains, (left, by) => {
    report(
      findings,
      first,
      `${left.name ?? 'a server'} is not reached where ${by.name ?? 'another'} takes the same names`,
    );
  });
  const inspected = kept.some(({ transportSocket, match }) => transportSocket !== undefined || match?.serverNames);
  return listener({
    context,
    name: isUnixAddress(bind) ? bind : listenerName(bind, port),
    bind,
    port,
    inbound: false,
    chains: kept,
    listenerFilters: inspected ? [tlsInspector()] : [],
    detectionTimeoutMs: world.input.mesh.protocolDetectionTimeoutMs,
    from: serverOrigin(first.gateway, first.rule),
  });
}

function familyOf(bound: BoundServer): 'HTTP' | 'TLS' | 'TCP' {
  if (serverKind(bound) === 'http') return 'HTTP';
  const { protocol } = bound.server.port;
  return protocol === 'HTTPS' || protocol === 'TLS' ? 'TLS' : 'TCP';
}

function serverChains(context: Context, bind: string, bound: BoundServer, findings: TcpFindings): readonly Chain[] {
  const { server, gateway } = bound;
  const { tls } = server;
  if (familyOf(bound) === 'TCP') return ruleChains(context, bound, findings, 'bytes');
  if (tls === undefined || tls.mode === 'PASSTHROUGH') return ruleChains(context, bound, findings, 'passed');
  if (isAutoPassthrough(bound)) return passedChains(context, bound);
  const missing = missingCredential(context, tls, gateway);
  if (missing !== undefined) {
    report(findings, bound, `there is no usable ${missing} for it; the server is left out`);
    return [];
  }
  const routes = gatewayRoutesOf(bound);
  const socket = serverTls(context, tls, gateway, routes === undefined ? [] : ['h2', 'http/1.1'])?.socket;
  if (socket === undefined) return [];
  const names = serverNames(bound);
  const terminated = (chain: Chain): Chain => ({
    ...chain,
    transportSocket: socket,
    ...(names.length === 0 || chain.match?.serverNames ? {} : { match: { ...chain.match, serverNames: names } }),
  });
  if (routes === undefined) return ruleChains(context, bound, findings, 'terminated').map(terminated);
  return [terminated({ ...httpChain(context, bind, server.port.number, routes), name: routes })];
}

/** Told by SNI, and by what clients of the mesh alone say they speak. */
function passedChains(context: Context, bound: BoundServer): readonly Chain[] {
  const guards = authorizationNetworkFilters(context);
  return passedClusters(context, bound).map((planned) => {
    const sni = sniOf(planned);
    return {
      name: sni,
      match: { serverNames: [sni], applicationProtocols: [...meshNames] },
      filters: [
        ...guards,
        tcpProxy(context, { inbound: false, statPrefix: sni, targets: [{ cluster: sni, weight: 1 }] }),
      ],
    };
  });
}

const meshNames = ['istio-peer-exchange', 'istio', 'istio-http/1.0', 'istio-http/1.1', 'istio-h2'];

function httpChain(context: Context, bind: string, port: number, routes: string): Chain {
  const manager = httpConnectionManager(context, {
    statPrefix: `gateway_${bind}_${port}`,
    routes,
    upgrades: ['websocket'],
    serverName: 'istio-envoy',
    side: 'gateway',
  });
  return { filters: [httpFilter(manager)] };
}

/** Hosts without their namespaces; none where any name is taken. */
function serverNames({ server }: BoundServer): string[] {
  const hosts = server.hosts.map((host) => host.slice(host.indexOf('/') + 1).toLowerCase());
  return hosts.includes('*') ? [] : [...new Set(hosts)];
}

/**
 * TCP and TLS rules of the VirtualServices that name the Gateway and share a host with the server: TLS rules for TLS that passes, TCP rules for
 * what is inside, which a TLSRoute of the Gateway API can be meant for too.
 */
function ruleChains(
  context: Context,
  bound: BoundServer,
  findings: TcpFindings,
  tls: 'bytes' | 'terminated' | 'passed',
): readonly Chain[] {
  const { gateway, server } = bound;
  const key = `${gateway.namespace}/${gateway.name}`;
  const place: TcpPlace = { context, findings, port: server.port.number, gateways: new Set([key]) };
  const admitted = serverNames(bound);
  const isAdmitted = (name: string): boolean =>
    admitted.length === 0 || admitted.some((host) => hostCovers(host, name) || hostCovers(name, host));
  const chains = context.scope.view.virtualServices.flatMap((rules) => {
    if (!rules.gateways.has(key) || sharedHosts(rules, gateway, server).length === 0) return [];
    const byName =
      tls === 'passed' || (tls === 'terminated' && routeSemantics(rules.resource) === 'gateway')
        ? tlsRuleChains(place, rules, [], isAdmitted)
        : [];
    return [...byName, ...(tls === 'passed' ? [] : tcpRuleChains(place, rules, []))];
  });
  if (chains.length === 0) {
    const what = isTranslated(gateway)
      ? 'no TLSRoute or TCPRoute is attached to it'
      : `no VirtualService has ${tls === 'passed' ? 'tls' : 'tcp'} rules for it`;
    report(findings, bound, `${what}; nothing is taken`);
  }
  return chains;
}

function report(findings: TcpFindings, { gateway, rule }: BoundServer, sentence: string): void {
  findings.notices.add(notice(serverOrigin(gateway, rule), sentence));
}
