/** The data path, composed: accepted sockets, the two HTTP paths, TCP, upstream connections, metrics and the access log. */

import type { Socket } from 'node:net';
import {
  type ConnectionInfo,
  createFileSink,
  createIstioTcpMetrics,
  createLogBuffer,
  type ProxyLabels,
} from '@weft/data-filters';
import type { Cluster, HttpHandlerTable, ListenerTable, Runtime, TcpHandlerTable } from '@weft/data-runtime';
import { unknownWorkload } from '@weft/data-runtime';
import { createDialer, createUpstreamPools, type PoolStats } from '@weft/data-upstream';
import { parseSpiffeId } from '@weft/identity';
import type { Clock, Random } from '@weft/kernel';
import type { Logger, MetricRegistry } from '@weft/telemetry';
import { createClientTls } from '@weft/tls';
import { createHttpHandler } from './http/handler.ts';
import type { TlsIdentity } from './identity/tls-identity.ts';
import { inboundPath } from './inbound.ts';
import { createListenerManager } from './listeners/listener-manager.ts';
import type { ListenerState } from './listeners/listener-manager-options.ts';
import { gatewayPath, outboundPath } from './outbound.ts';
import { createTcpHandler } from './tcp/tcp-handler.ts';

export interface DataPathOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly registry: MetricRegistry;
  readonly runtime: Runtime;
  readonly identity: TlsIdentity;
  /** Nothing: standard output. */
  readonly accessLog: string | undefined;
}

/** Connections that came from peers, or from this machine's applications and a gateway's clients. */
export type Side = 'inbound' | 'outward';

export interface DataPath {
  /** Brings the listening sockets to what the tables say; a listener waits for its routes, as Envoy warms one. */
  sync(): void;
  listenerStates(): readonly ListenerState[];
  poolStats(cluster: Cluster): PoolStats;
  /** Takes no more connections on one side; open ones end with what they are doing. */
  drain(side: Side): void;
  /** Open connections of one side. */
  connections(side: Side): number;
  /** Closes everything now and writes the rest of the access log. */
  close(): void;
}

/** Used for identities that are expected by trust domain only, before this proxy knows its own. */
const defaultTrustDomain = 'cluster.local';

/** @throws what opening the access log throws. */
export function createDataPath(options: DataPathOptions): DataPath {
  const { clock, registry, runtime, identity } = options;
  const { listeners } = runtime.tables;
  const sink = createFileSink(options.accessLog);
  const dropped = registry.counter('weft_access_log_lines_dropped_total', 'Lines that the sink could not take.', []);
  const logged = registry.counter('weft_access_log_lines_total', 'Lines of the access log.', []).slot([]);
  const log = createLogBuffer(clock, sink, () => dropped.slot([]).add(1));
  const proxy: ProxyLabels = { self: () => selfOf(listeners), ownUri: identity.ownUri };
  const dialer = createDialer({
    clock,
    tls: createClientTls(identity.material, { clock }),
    get trustDomain() {
      return parseSpiffeId(identity.ownUri() ?? '')?.trustDomain ?? defaultTrustDomain;
    },
  });
  const pools = createUpstreamPools(clock, dialer);
  const deps = { clock, random: options.random, registry, proxy, log, logged };
  const paths = { inbound: inboundPath(deps), outbound: outboundPath(deps), gateway: gatewayPath(deps) };
  const metrics = createIstioTcpMetrics(registry, proxy);
  const makeSide = () => ({
    http: createHttpHandler({ clock, pools, paths }),
    tcp: createTcpHandler({ clock, dialer, metrics, log, logged }),
  });
  const sides = { inbound: makeSide(), outward: makeSide() };
  const closed = new Set<Side>();
  const refused = registry.counter('weft_connections_refused_total', 'Connections no handler had.', [
    'listener',
    'code',
  ]);
  const manager = createListenerManager({
    clock,
    logger: options.log,
    http: {
      accept: (socket: Socket, info: ConnectionInfo, table: HttpHandlerTable) =>
        sides[sideOf(info.direction)].http.accept(socket, info, table),
    },
    tcp: {
      accept: (socket: Socket, info: ConnectionInfo, table: TcpHandlerTable) =>
        sides[sideOf(info.direction)].tcp.accept(socket, info, table),
    },
    material: identity.material,
    onRefused: (listener, code) => refused.slot([listener, code]).add(1),
  });
  identity.onRotate(() => manager.rotate());

  const sync = (): void => {
    const open = new Set(manager.states().map((state) => state.name));
    const wanted = [...listeners].filter(
      ([name, table]) => !closed.has(sideOf(table.direction)) && (open.has(name) || isWarm(table)),
    );
    manager.sync(new Map(wanted));
  };

  return {
    sync,
    listenerStates: manager.states,
    poolStats: pools.stats,
    drain(side) {
      closed.add(side);
      sync();
      sides[side].http.drain();
    },
    connections: (side) => sides[side].http.connections() + sides[side].tcp.connections(),
    close() {
      manager.close();
      for (const { http, tcp } of Object.values(sides)) {
        http.close();
        tcp.close();
      }
      pools.close();
      log.stop();
      sink.close();
    },
  };
}

/** True where requests can be answered: its routes have come. */
export function isWarm(table: ListenerTable): boolean {
  return table.handler.kind === 'tcp' || table.handler.routes.current !== undefined;
}

function sideOf(direction: ListenerTable['direction']): Side {
  return direction === 'inbound' ? 'inbound' : 'outward';
}

/** Every listener says the same of the proxy itself. */
function selfOf(listeners: ReadonlyMap<string, ListenerTable>) {
  for (const { workload } of listeners.values()) return workload;
  return unknownWorkload;
}
