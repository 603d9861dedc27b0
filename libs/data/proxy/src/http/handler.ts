/** HTTP on accepted sockets: which path a connection takes, and the end of all of them. */

import type { Socket } from 'node:net';
import type { ConnectionInfo } from '@weft/data-filters';
import type { Direction, HttpHandlerTable } from '@weft/data-runtime';
import { acceptWire, Sweeper, type UpstreamPools } from '@weft/data-upstream';
import type { Clock } from '@weft/kernel';
import { type ConnectionOwner, HttpConnection } from './connection.ts';
import type { HttpPath } from './path.ts';

export interface HttpHandlerDeps {
  readonly clock: Clock;
  readonly pools: UpstreamPools;
  /** One composed list for each direction: `outbound.ts`, `inbound.ts`. */
  readonly paths: { readonly [direction in Direction]: HttpPath };
}

export interface HttpHandler {
  /** @param socket accepted with `pauseOnConnect` where it is plain, or secured; it is the handler's from here on. */
  accept(socket: Socket, info: ConnectionInfo, table: HttpHandlerTable): void;
  /** Closes idle connections; the others end with their answer, which says `connection: close`; so do new ones. */
  drain(): void;
  /** Open connections. */
  connections(): number;
  /** Closes everything now. */
  close(): void;
}

export function createHttpHandler(deps: HttpHandlerDeps): HttpHandler {
  const open = new Set<HttpConnection>();
  let draining = false;
  const owner: ConnectionOwner = {
    clock: deps.clock,
    pools: deps.pools,
    sweeper: new Sweeper(deps.clock),
    get draining() {
      return draining;
    },
    onConnectionClosed(connection) {
      open.delete(connection);
    },
  };

  return {
    accept(socket, info, table) {
      const wire = acceptWire(socket);
      open.add(new HttpConnection(owner, wire, info, table, deps.paths[info.direction]));
    },
    drain() {
      draining = true;
      for (const connection of open) connection.drain();
    },
    connections: () => open.size,
    close() {
      draining = true;
      for (const connection of open) connection.destroy();
    },
  };
}
