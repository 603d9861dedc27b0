/** TCP on accepted sockets: each connection is joined to one endpoint of its table's cluster. */

import type { Socket } from 'node:net';
import type { AccessLogs, IstioTcpMetrics } from '@weft/data-filters';
import type { ConnectionInfo, TcpHandlerTable } from '@weft/data-runtime';
import { acceptWire, type Dialer, Sweeper } from '@weft/data-upstream';
import type { Clock, Random } from '@weft/kernel';
import { connectionRecord } from './connection-record.ts';
import { TcpConnection, type TcpOwner } from './tcp-connection.ts';

export interface TcpHandlerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly dialer: Dialer;
  readonly metrics: IstioTcpMetrics;
  readonly logs: AccessLogs;
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
  const owner: TcpOwner = {
    ...deps,
    sweeper: new Sweeper(deps.clock),
    log(table, facts) {
      const record = connectionRecord(facts);
      for (const log of table.accessLogs) {
        if (!log.wants(record)) continue;
        deps.logs.written.add(1);
        deps.logs.bufferOf(log.path).add(log.line(record));
      }
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
