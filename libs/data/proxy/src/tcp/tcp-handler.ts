/** TCP on accepted sockets: each connection is joined to one endpoint of its table's cluster. */

import type { Socket } from 'node:net';
import type { AccessLogs, IstioTcpMetrics } from '@weft/data-filters';
import type { ConnectionInfo, TcpHandlerTable } from '@weft/data-runtime';
import { acceptWire, type Dialer, Sweeper } from '@weft/data-upstream';
import type { Clock, Random } from '@weft/kernel';
import { logConnection } from './connection-record.ts';
import { TcpConnection, type TcpOwner } from './tcp-connection.ts';

export interface TcpHandlerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly dialer: Dialer;
  readonly metrics: IstioTcpMetrics;
  readonly logs: AccessLogs;
}

export interface TcpHandler {
  /**
   * @param socket accepted with `pauseOnConnect` where it is plain, or secured; it is the handler's from here on.
   * @param first octets that were read of it already, all that it had.
   */
  accept(socket: Socket, info: ConnectionInfo, table: TcpHandlerTable, first?: Buffer): void;
  /** Open connections. */
  connections(): number;
  /** Closes everything now: bytes have no polite end that a proxy could ask for. */
  close(): void;
}

export function createTcpHandler(deps: TcpHandlerDeps): TcpHandler {
  const open = new Set<TcpConnection>();
  const owner: TcpOwner = {
    ...deps,
    sweeper: new Sweeper(deps.clock),
    log: (table, facts) => logConnection(deps.logs, table.accessLogs, facts),
    onClosed: (connection) => void open.delete(connection),
  };

  return {
    accept(socket, info, table, first) {
      // What the client says waits in its socket until there is someone to say it to.
      const wire = acceptWire(socket, false, first);
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
