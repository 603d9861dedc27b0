/** TCP on accepted sockets: each connection is joined to one endpoint of its table's cluster. */

import type { Socket } from 'node:net';
import type { ConnectionInfo, IstioTcpMetrics, LogBuffer } from '@weft/data-filters';
import type { Cluster, TcpHandlerTable } from '@weft/data-runtime';
import { acceptWire, type Dialer, Sweeper } from '@weft/data-upstream';
import type { Clock } from '@weft/kernel';
import type { Counter } from '@weft/telemetry';
import { TcpConnection, type TcpOwner } from './tcp-connection.ts';

export interface TcpHandlerDeps {
  readonly clock: Clock;
  readonly dialer: Dialer;
  readonly metrics: IstioTcpMetrics;
  readonly log: LogBuffer;
  /** Lines written to the access log. */
  readonly logged: Counter;
}

export interface TcpHandler {
  /** @param socket accepted with `pauseOnConnect` where it is plain, or secured; it is the handler's from here on. */
  accept(socket: Socket, info: ConnectionInfo, table: TcpHandlerTable): void;
  /** Open connections. */
  connections(): number;
  /** Closes everything now: bytes have no polite end that a proxy could ask for. */
  close(): void;
}

export function createTcpHandler(deps: TcpHandlerDeps): TcpHandler {
  const open = new Set<TcpConnection>();
  const perCluster = new Map<Cluster, number>();
  const owner: TcpOwner = {
    ...deps,
    sweeper: new Sweeper(deps.clock),
    reserve(cluster) {
      const used = perCluster.get(cluster) ?? 0;
      if (used >= cluster.limits.connectionsMax) return false;
      perCluster.set(cluster, used + 1);
      return true;
    },
    release(cluster) {
      const left = (perCluster.get(cluster) ?? 0) - 1;
      if (left > 0) perCluster.set(cluster, left);
      else perCluster.delete(cluster);
    },
    onClosed: (connection) => void open.delete(connection),
  };

  return {
    accept(socket, info, table) {
      // What the client says waits in its socket until there is someone to say it to.
      const wire = acceptWire(socket, false);
      const connection = new TcpConnection(owner, wire, info, table);
      open.add(connection);
      connection.start();
    },
    connections: () => open.size,
    close() {
      for (const connection of [...open]) connection.stop();
    },
  };
}
