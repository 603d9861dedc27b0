/** The data path, composed: accepted sockets, the two HTTP paths, TCP. */

import type { Server, Socket } from 'node:net';
import { createIstioTcpMetrics, type StageDeps } from '@weft/data-filters';
import type {
  Cluster,
  ConnectionInfo,
  HttpHandlerTable,
  ListenerTable,
  Runtime,
  TcpHandlerTable,
} from '@weft/data-runtime';
import type { UpstreamPools } from '@weft/data-upstream';
import type { Clock, Random } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import type { TlsSecrets } from '@weft/tls';
import { createHttpHandler } from './http/handler.ts';
import { inboundPath } from './inbound.ts';
import { createListenerManager } from './listeners/listener-manager.ts';
import type { ListenerState } from './listeners/listener-manager-options.ts';
import { outboundPath } from './outbound.ts';
import { createTcpHandler } from './tcp/tcp-handler.ts';
import type { UpstreamSide } from './upstream-side.ts';
import type { ListenOn } from './workers/channel.ts';

export interface DataPathOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly runtime: Runtime;
  /** Certificates and roots by name. */
  readonly secrets: TlsSecrets;
  readonly upstream: UpstreamSide;
  /** What the stages of all listeners are made from. */
  readonly stages: StageDeps;
  /** See `ProxyOptions`. */
  readonly reasonHeader?: boolean | undefined;
  /** How listeners get their addresses, where not by themselves. */
  readonly listen?: ListenOn | undefined;
}

/** Connections that came from peers, or from this machine's applications and a gateway's clients. */
export type Side = 'inbound' | 'outward';

export interface DataPath {
  /** Brings the listening sockets to what the tables say; a listener waits for its routes, as Envoy warms one. */
  sync(): void;
  listenerStates(): readonly ListenerState[];
  poolStats(cluster: Cluster): ReturnType<UpstreamPools['stats']>;
  /** Takes no more connections on one side; open ones end with what they are doing. @param spareIdle see `HttpHandler.drain`. */
  drain(side: Side, spareIdle?: boolean): void;
  /** See `ListenerManager.socketAt`. */
  socketAt(address: string): Server | undefined;
  /** Open connections of one side. */
  connections(side: Side): number;
  /** Closes everything now and writes the rest of the access log. */
  close(): void;
}

export function createDataPath(options: DataPathOptions): DataPath {
  const { clock, random, runtime, stages, reasonHeader } = options;
  const { registry } = stages;
  const { pools, flushes, dialer } = options.upstream;
  const { listeners } = runtime.tables;
  const metrics = createIstioTcpMetrics(stages);
  const pathOf = (table: HttpHandlerTable, direction: ConnectionInfo['direction']) =>
    direction === 'inbound' ? inboundPath(stages, table) : outboundPath(stages, table);
  const makeSide = () => ({
    http: createHttpHandler({ clock, random, pools, flushes, reasonHeader, pathOf }),
    tcp: createTcpHandler({ clock, random, dialer, metrics, logs: stages.logs }),
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
      accept: (socket: Socket, info: ConnectionInfo, table: HttpHandlerTable, first?: Buffer) =>
        sides[sideOf(info.direction)].http.accept(socket, info, table, first),
      retire(table) {
        for (const { http } of Object.values(sides)) http.retire(table);
      },
    },
    tcp: {
      accept: (socket: Socket, info: ConnectionInfo, table: TcpHandlerTable, first?: Buffer) =>
        sides[sideOf(info.direction)].tcp.accept(socket, info, table, first),
    },
    secrets: options.secrets,
    logs: stages.logs,
    ...(options.listen === undefined ? {} : { listen: options.listen }),
    onRefused: (listener, code) => refused.slot([listener, code]).add(1),
  });

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
    socketAt: manager.socketAt,
    drain(side, spareIdle) {
      closed.add(side);
      sync();
      sides[side].http.drain(spareIdle);
    },
    connections: (side) => sides[side].http.connections() + sides[side].tcp.connections(),
    close() {
      manager.close();
      for (const { http, tcp } of Object.values(sides)) {
        http.close();
        tcp.close();
      }
      pools.close();
      stages.logs.stop();
      stages.spans.stop();
    },
  };
}

/** True where requests can be answered: the routes of all its chains have come. */
export function isWarm(table: ListenerTable): boolean {
  const chains = table.defaultChain === undefined ? table.chains : [...table.chains, table.defaultChain];
  return chains.every(({ handler }) => handler.kind === 'tcp' || handler.routes.current !== undefined);
}

function sideOf(direction: ListenerTable['direction']): Side {
  return direction === 'inbound' ? 'inbound' : 'outward';
}
