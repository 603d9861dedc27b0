/** What the listeners are given and what they tell: shared by the manager and each listener. */

import type { Socket } from 'node:net';
import type { AccessLogs } from '@weft/data-filters';
import type { ConnectionInfo, HttpHandlerTable, TcpHandlerTable } from '@weft/data-runtime';
import type { Clock, ErrorCode, Provenance } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import type { TlsSecrets } from '@weft/tls';
import type { ListenOn } from '../workers/channel.ts';
import type { ChainServers } from './accept/chain-servers.ts';

/** Takes accepted connections of one kind. `HttpHandler` and `TcpHandler` are such. */
export interface ConnectionHandler<Table> {
  /** @param first octets that were read of the socket already, all that it had. */
  accept(socket: Socket, info: ConnectionInfo, table: Table, first?: Buffer): void;
}

export interface ListenerManagerOptions {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly http: ConnectionHandler<HttpHandlerTable> & {
    /** Connections of a table that is in force no more end politely. */
    retire(table: HttpHandlerTable): void;
  };
  readonly tcp: ConnectionHandler<TcpHandlerTable>;
  /** Certificates and roots by name, "default" and "ROOTCA" before all; nothing yet: connections to chains with TLS are refused. */
  readonly secrets: TlsSecrets;
  /** The chains of the listener that has an address; for connections handed over by their original destination. */
  listenerOf(address: string): ChainServers | undefined;
  /** For the listeners' own access logs; nothing: none are written. */
  readonly logs?: AccessLogs;
  /** How a server gets its address, where not by itself: `listenShared`, or a socket of another process. May throw what `listen` emits. */
  readonly listen?: ListenOn;
  /** Where a client wanted to go; nothing: the kernel is asked. */
  readonly originalDestination?: (socket: Socket) => string | undefined;
  /** For a counter: a connection was refused before any handler had it. `upstream_overflow`: the bound of the listener. */
  readonly onRefused: (listener: string, code: ErrorCode) => void;
  readonly connectionsMax?: number;
  readonly retriesMax?: number;
}

export interface ListenerState {
  readonly name: string;
  /** "127.0.0.1:15001", with the real port where 0 was asked for. */
  readonly address: string;
  /** `retrying`: the port was not to be had, another try comes; `failed`: no more until the next configuration. */
  readonly state: 'starting' | 'listening' | 'retrying' | 'failed' | 'closed';
  /** Why it does not listen: one sentence. */
  readonly error: string | undefined;
  readonly connections: number;
  readonly from: Provenance;
}
